// What Winograd's products add up for each output, in place of the definition's terms: the bound of its rounding follows from it.

import { imageSize } from '../../runtime/plan/layout.ts';
import type { LayerTensor } from './layer_data.ts';
import type { Layer } from './layers.ts';

type Matrix = readonly (readonly number[])[];

/** Interpolation points beside infinity, by the kernel that multiplies there. */
const points: Readonly<Record<string, readonly number[]>> = { winograd: [0, 3 / 4, -3 / 4, 3 / 2, -3 / 2] };
const FILTER = 3;

/**
 * |A^T| ( sum over c of |G||g||G^T| * |B^T||d||B| ) |A| for each output of a convolution (or of the gradient of its input) with a
 * 3x3 filter, and how many terms are added on the way.
 */
export function winogradSums(
  { value, batch }: Layer,
  kernel: string,
  tensors: Readonly<Record<string, LayerTensor>>,
): { readonly terms: Float64Array; readonly length: number } {
  const own = points[kernel];
  if (!own) throw new TypeError(`nothing is known of the sums of ${kernel}`);
  const { a, b, g } = transforms(own);
  const [tile, step] = [g.length, a.length];
  const area = tile * tile;
  const image = tensors.x ?? tensors.dy!;
  const [, channels = 1, height = 1, width = 1] = image.shape;
  const { channels: filters, height: outH, width: outW } = imageSize(value.shape);
  const [top = 0, left = 0] = value.attributes.padding as readonly number[];
  const filter = filterOf(tensors.w!, tensors.x !== undefined, channels);
  const transformed = new Float64Array(filters * channels * area);
  for (let k = 0; k < filters; k++)
    for (let c = 0; c < channels; c++)
      sandwich(g, FILTER, (r, s) => filter(k, c, r, s), transformed, (k * channels + c) * area);

  const terms = new Float64Array(batch * filters * outH * outW);
  const tiles = new Float64Array(channels * area);
  const sums = new Float64Array(area);
  const out = new Float64Array(step * step);
  for (let n = 0; n < batch; n++)
    for (let p = 0; p < outH; p += step)
      for (let q = 0; q < outW; q += step) {
        for (let c = 0; c < channels; c++) {
          const pixel = (i: number, j: number) => {
            const [h, w] = [p + i - top, q + j - left];
            const inside = h >= 0 && h < height && w >= 0 && w < width;
            return inside ? Math.abs(image.data[((n * channels + c) * height + h) * width + w]!) : 0;
          };
          sandwich(b, tile, pixel, tiles, c * area);
        }
        for (let k = 0; k < filters; k++) {
          sums.fill(0);
          for (let at = 0; at < channels * area; at += area)
            for (let i = 0; i < area; i++) sums[i]! += transformed[k * channels * area + at + i]! * tiles[at + i]!;
          sandwich(a, tile, (i, j) => sums[i * tile + j]!, out, 0);
          const bias = Math.abs(tensors.bias?.data[k] ?? 0);
          for (let i = 0; i < step && p + i < outH; i++)
            for (let j = 0; j < step && q + j < outW; j++)
              terms[((n * filters + k) * outH + p + i) * outW + q + j] = out[i * step + j]! + bias;
        }
      }
  // A transform is two sums, of as many terms as its rows have; a bias is one more.
  const most = (matrix: Matrix) => 2 * Math.max(...matrix.map((row) => row.filter((entry) => entry !== 0).length));
  return { terms, length: channels + most(g) + most(b) + most(a) + 1 };
}

/** The magnitudes of the filter from channel c to channel k; for the gradient of the input turned round, from k to c. */
function filterOf({ data }: LayerTensor, forward: boolean, channels: number) {
  const [perFilter, last] = [FILTER * FILTER, FILTER * FILTER - 1];
  const filters = data.length / perFilter / channels;
  return (k: number, c: number, r: number, s: number) => {
    const tap = r * FILTER + s;
    const at = forward ? (k * channels + c) * perFilter + tap : (c * filters + k) * perFilter + last - tap;
    return Math.abs(data[at]!);
  };
}

/** m x m^T of a square x of `side`, put into `into` from `at` on. */
function sandwich(m: Matrix, side: number, x: (i: number, j: number) => number, into: Float64Array, at: number): void {
  const left = m.map((row) =>
    Array.from({ length: side }, (_, j) => row.reduce((sum, entry, i) => sum + entry * x(i, j), 0)),
  );
  for (const [i, row] of left.entries())
    for (const [j, coefficients] of m.entries())
      into[at + i * m.length + j] = coefficients.reduce((sum, entry, l) => sum + entry * row[l]!, 0);
}

/** Magnitudes of A^T, B^T and G of Toom and Cook's scheme: powers, Lagrange's numerators, powers over their values. */
function transforms(points: readonly number[]): { readonly a: Matrix; readonly b: Matrix; readonly g: Matrix } {
  const tile = points.length + 1;
  const step = tile - FILTER + 1;
  const others = (point: number) => points.filter((other) => other !== point);
  const times = (poly: readonly number[], point: number) =>
    poly.concat(0).map((value, i) => (poly[i - 1] ?? 0) - point * value);
  const numerator = (roots: readonly number[]) => {
    const poly = roots.reduce(times, [1]);
    return Array.from({ length: tile }, (_, i) => Math.abs(poly[i] ?? 0));
  };
  const powers = (point: number) => Array.from({ length: FILTER }, (_, i) => Math.abs(point) ** i);
  const value = (point: number) => others(point).reduce((product, other) => product * Math.abs(point - other), 1);
  return {
    a: Array.from({ length: step }, (_, i) => [...points.map((p) => Math.abs(p) ** i), i === step - 1 ? 1 : 0]),
    b: [...points.map((p) => numerator(others(p))), numerator(points)],
    g: [...points.map((p) => powers(p).map((power) => power / value(p))), [0, 0, 1]],
  };
}
