// Resizing in float64, written from the definition; imported by tests only.

import { DIVISION, type Reference, ROUNDING, reader, reference, type Tensor } from '../shared/reference.ref.ts';
import type { ResizeAttributes } from './resize.ts';

export interface Tap {
  readonly at: number;
  readonly weight: number;
}

/** The pixels of one axis that make pixel `o`, with weights as they are before normalising. */
export function taps(
  o: number,
  from: number,
  to: number,
  { mode, antialias }: Pick<ResizeAttributes, 'mode' | 'antialias'>,
): Tap[] {
  const cubic = mode === 'bicubic';
  const a = antialias ? -0.5 : -0.75;
  const stretch = antialias ? Math.max(1, from / to) : 1;
  const centre = ((o + 0.5) * from) / to;
  const reach = (cubic ? 2 : 1) * stretch;
  const kernel = (d: number) => {
    if (!cubic) return Math.max(0, 1 - d);
    if (d < 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
    return d < 2 ? a * (d ** 3 - 5 * d ** 2 + 8 * d - 4) : 0;
  };
  const found: Tap[] = [];
  for (let x = Math.floor(centre - reach) - 1; x <= centre + reach + 1; x++) {
    const weight = kernel(Math.abs(x + 0.5 - centre) / stretch);
    const inside = x >= 0 && x < from;
    if (weight !== 0 && (inside || !antialias)) found.push({ at: Math.min(from - 1, Math.max(0, x)), weight });
  }
  return found;
}

/**
 * A weight is a polynomial of d = num / den, whole numbers: d errs by 7 roundings (two conversions, a division) of at most 2.
 * Linear, 1 - d: 8 roundings in all. Cubic: its slope is below 1.5, so 21 from d, and 32 from Horner's rule, whose partial
 * results stay below 6.25 and are multiplied by d < 2 again.
 */
export const WEIGHT_ERROR = { bilinear: 8 * ROUNDING, bicubic: 53 * ROUNDING };

export function resizeReference(x: Tensor, attributes: ResizeAttributes): Reference {
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const [P, Q] = attributes.size;
  const at = reader(x);
  const error = WEIGHT_ERROR[attributes.mode];
  const rows = Array.from({ length: P }, (_, p) => taps(p, H, P, attributes));
  const columns = Array.from({ length: Q }, (_, q) => taps(q, W, Q, attributes));
  const most = (lists: readonly Tap[][]) => Math.max(...lists.map(({ length }) => length));
  return reference([N, C, P, Q], most(rows) * most(columns), (n, c, p, q) => {
    let [sum, terms, weights, inSum, inWeights] = [0, 0, 0, 0, 0];
    for (const row of rows[p]!)
      for (const column of columns[q]!) {
        const value = at(n, c, row.at, column.at);
        const weight = row.weight * column.weight;
        const off = (Math.abs(row.weight) + Math.abs(column.weight)) * error;
        sum += weight * value;
        terms += Math.abs(weight * value);
        weights += weight;
        inSum += off * Math.abs(value);
        inWeights += off + Math.abs(weight) * ROUNDING;
      }
    const y = sum / weights;
    // The sum of weights is rounded like any sum; its error counts relative to it.
    const length = rows[p]!.length * columns[q]!.length;
    const normalising = Math.abs(y) * (inWeights / weights + 4 * Math.sqrt(length) * ROUNDING + DIVISION);
    return { y, terms: terms / weights, granted: inSum / weights + normalising };
  });
}
