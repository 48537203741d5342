// Pooling in float64, written from the definitions; imported by tests only.

import { DIVISION, type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';
import type { AdaptiveAvgPool2dAttributes } from './adaptive_avg_pool2d.ts';
import type { AvgPool2dAttributes } from './avg_pool2d.ts';
import type { MaxPool2dAttributes } from './max_pool2d.ts';

type Sides = readonly [number, number, number, number];

function sides(padding: readonly number[]): Sides {
  const [top = 0, left = 0, bottom = top, right = left] = padding;
  return [top, left, bottom, right];
}

/** Windows along an axis: as many as begin within the image or the padding before it, and reach no further than allowed. */
function count(size: number, reach: number, step: number, before: number, after: number, ceil: boolean): number {
  let windows = 0;
  for (let start = -before; ; start += step) {
    const whole = start + reach <= size + after;
    // Rounding up admits the one window that passes the end, unless it would begin in the padding behind the image.
    const ragged = ceil && start < size && start - step + reach < size + after;
    if (!whole && !ragged) return windows;
    windows++;
  }
}

/** Exact: every element is one of x's. */
export function maxPool2dReference(x: Tensor, attributes: MaxPool2dAttributes): Reference {
  const { kernel, dilation, ceilMode } = attributes;
  const stride = attributes.stride ?? kernel;
  const [top, left, bottom, right] = sides(attributes.padding);
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const P = count(H, dilation[0] * (kernel[0] - 1) + 1, stride[0], top, bottom, ceilMode);
  const Q = count(W, dilation[1] * (kernel[1] - 1) + 1, stride[1], left, right, ceilMode);
  const at = reader(x);
  return reference([N, C, P, Q], 1, (n, c, p, q) => {
    let y = Number.NEGATIVE_INFINITY;
    for (let r = 0; r < kernel[0]; r++)
      for (let s = 0; s < kernel[1]; s++) {
        const h = p * stride[0] - top + r * dilation[0];
        const w = q * stride[1] - left + s * dilation[1];
        if (h >= 0 && h < H && w >= 0 && w < W) y = Math.max(y, at(n, c, h, w));
      }
    return { y };
  });
}

export function avgPool2dReference(x: Tensor, attributes: AvgPool2dAttributes): Reference {
  const { kernel, ceilMode, countIncludePad } = attributes;
  const stride = attributes.stride ?? kernel;
  const [top, left, bottom, right] = sides(attributes.padding);
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const P = count(H, kernel[0], stride[0], top, bottom, ceilMode);
  const Q = count(W, kernel[1], stride[1], left, right, ceilMode);
  return reference([N, C, P, Q], kernel[0] * kernel[1], (n, c, p, q) => {
    const [h0, w0] = [p * stride[0] - top, q * stride[1] - left];
    const values: number[] = [];
    let divisor = 0;
    for (let h = h0; h < h0 + kernel[0]; h++)
      for (let w = w0; w < w0 + kernel[1]; w++) {
        const inside = h >= 0 && h < H && w >= 0 && w < W;
        if (inside) values.push(reader(x)(n, c, h, w));
        if (inside || (countIncludePad && h < H + bottom && w < W + right)) divisor++;
      }
    return mean(values, divisor);
  });
}

export function adaptiveAvgPool2dReference(x: Tensor, { outputSize }: AdaptiveAvgPool2dAttributes): Reference {
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const [P, Q] = outputSize;
  const length = (Math.ceil(H / P) + 1) * (Math.ceil(W / Q) + 1);
  return reference([N, C, P, Q], length, (n, c, p, q) => {
    const values: number[] = [];
    for (let h = Math.floor((p * H) / P); h < Math.ceil(((p + 1) * H) / P); h++)
      for (let w = Math.floor((q * W) / Q); w < Math.ceil(((q + 1) * W) / Q); w++) values.push(reader(x)(n, c, h, w));
    return mean(values, values.length);
  });
}

function mean(values: readonly number[], divisor: number) {
  const y = values.reduce((sum, value) => sum + value, 0) / divisor;
  const terms = values.reduce((sum, value) => sum + Math.abs(value), 0) / divisor;
  return { y, terms, granted: Math.abs(y) * DIVISION };
}
