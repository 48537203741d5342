// The gradients of poolings in float64: each window gives to its pixels, as the definitions say. Imported by tests only.

import { DIVISION, type Reference, ROUNDING, reader, type Tensor } from '../shared/reference.ref.ts';
import type { AdaptiveAvgPool2dGradientAttributes } from './adaptive_avg_pool2d_gradient.ts';
import type { AvgPool2dGradientAttributes } from './avg_pool2d_gradient.ts';
import type { MaxPool2dAttributes } from './max_pool2d.ts';

type Pixel = readonly [h: number, w: number];
type Gift = readonly [pixel: Pixel, share: number];

/**
 * Sums what the windows of dy give to pixels of a result of this size. A pixel's sum is as long as it has windows; each share may
 * have been divided.
 */
function scattered(
  dy: Tensor,
  [H, W]: Pixel,
  relative: number,
  gifts: (n: number, c: number, p: number, q: number) => readonly Gift[],
): Reference {
  const [N = 1, C = 1, P = 1, Q = 1] = dy.shape;
  const size = N * C * H * W;
  const [y, terms, counts] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const at = reader(dy);
  for (let n = 0; n < N; n++)
    for (let c = 0; c < C; c++)
      for (let p = 0; p < P; p++)
        for (let q = 0; q < Q; q++)
          for (const [[h, w], share] of gifts(n, c, p, q)) {
            const i = ((n * C + c) * H + h) * W + w;
            const given = share * at(n, c, p, q);
            y[i]! += given;
            terms[i]! += Math.abs(given);
            counts[i]!++;
          }
  const length = counts.reduce((most, count) => Math.max(most, count), 1);
  // One window alone gives what it has, without a rounding.
  const exact = relative === 0 && length === 1;
  const granted = terms.map((sum) => relative * sum);
  return { shape: [N, C, H, W], y, terms: exact ? new Float64Array(size) : terms, length, granted };
}

interface Windows {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number] | null;
  readonly padding: readonly number[];
  readonly dilation?: readonly [number, number];
}

/** The pixels of window (p, q) along both axes, row by row, those in the padding among them. */
function pixels({ kernel, stride, padding, dilation = [1, 1] }: Windows, p: number, q: number): Pixel[] {
  const [down, along] = stride ?? kernel;
  const [top = 0, left = 0] = padding;
  return Array.from({ length: kernel[0] * kernel[1] }, (_, i): Pixel => {
    const [r, s] = [Math.floor(i / kernel[1]), i % kernel[1]];
    return [p * down - top + r * dilation[0], q * along - left + s * dilation[1]];
  });
}

/** To the first of the largest, or to the last NaN: torch goes on to a pixel that is larger than the one it has, or a NaN. */
export function maxPool2dGradientReference(
  { x, dy }: Readonly<Record<'x' | 'dy', Tensor>>,
  attributes: MaxPool2dAttributes,
): Reference {
  const [, , H = 1, W = 1] = x.shape;
  const at = reader(x);
  return scattered(dy, [H, W], 0, (n, c, p, q) => {
    let chosen: Pixel | null = null;
    for (const [h, w] of pixels(attributes, p, q)) {
      if (h < 0 || h >= H || w < 0 || w >= W) continue;
      const value = at(n, c, h, w);
      if (!chosen || value > at(n, c, ...chosen) || Number.isNaN(value)) chosen = [h, w];
    }
    return chosen ? [[chosen, 1]] : [];
  });
}

export function avgPool2dGradientReference(dy: Tensor, attributes: AvgPool2dGradientAttributes): Reference {
  const { inputSize, countIncludePad, padding } = attributes;
  const [H, W] = inputSize;
  const [top = 0, left = 0, bottom = top, right = left] = padding;
  return scattered(dy, [H, W], DIVISION + ROUNDING, (_, __, p, q) => {
    const all = pixels(attributes, p, q);
    const inside = all.filter(([h, w]) => h >= 0 && h < H && w >= 0 && w < W);
    const divisor = countIncludePad ? all.filter(([h, w]) => h < H + bottom && w < W + right).length : inside.length;
    return inside.map((pixel): Gift => [pixel, 1 / divisor]);
  });
}

export function adaptiveAvgPool2dGradientReference(
  dy: Tensor,
  { inputSize: [H, W] }: AdaptiveAvgPool2dGradientAttributes,
): Reference {
  const [, , P = 1, Q = 1] = dy.shape;
  return scattered(dy, [H, W], DIVISION + ROUNDING, (_, __, p, q) => {
    const inside: Pixel[] = [];
    for (let h = Math.floor((p * H) / P); h < Math.ceil(((p + 1) * H) / P); h++)
      for (let w = Math.floor((q * W) / Q); w < Math.ceil(((q + 1) * W) / Q); w++) inside.push([h, w]);
    return inside.map((pixel): Gift => [pixel, 1 / inside.length]);
  });
}
