// Softmax in float64, written from the definition; imported by tests only.

import {
  DIVISION,
  expError,
  logError,
  type Reference,
  ROUNDING,
  reader,
  reference,
  type Tensor,
  ulp,
} from '../shared/reference.ref.ts';

/**
 * The relative error of one exp(x - top) is exp's own and, from rounding the difference, |x - top| 2^-24; the sum's is the
 * mean of those, weighted by the shares, and the rounding of adding positive numbers. Shares may be flushed to zero.
 */
function column(x: Tensor, n: number, h: number, w: number) {
  const [, C = 1] = x.shape;
  const values = Array.from({ length: C }, (_, c) => reader(x)(n, c, h, w));
  const top = Math.max(...values);
  const parts = values.map((value) => Math.exp(value - top));
  const errors = values.map((value) => expError(value - top) + ROUNDING * Math.abs(value - top));
  const sum = parts.reduce((total, part) => total + part, 0);
  const flushed = C * ulp(0);
  const sumError =
    parts.reduce((total, part, c) => total + part * errors[c]!, flushed) / sum + 4 * Math.sqrt(C) * ROUNDING;
  return { values, top, parts, errors, sum, sumError };
}

/** Each pixel's column, made once. */
function columns(x: Tensor) {
  const made = new Map<string, ReturnType<typeof column>>();
  return (n: number, h: number, w: number) => {
    const key = `${n},${h},${w}`;
    const known = made.get(key) ?? column(x, n, h, w);
    made.set(key, known);
    return known;
  };
}

export function softmaxReference(x: Tensor): Reference {
  const columnAt = columns(x);
  return reference(x.shape, 1, (n, c, h, w) => {
    const { parts, errors, sum, sumError } = columnAt(n, h, w);
    const y = parts[c]! / sum;
    return { y, terms: y, granted: y * (errors[c]! + sumError + DIVISION) + ulp(0) };
  });
}

export function logSoftmaxReference(x: Tensor): Reference {
  const columnAt = columns(x);
  return reference(x.shape, 2, (n, c, h, w) => {
    const { values, top, sum, sumError } = columnAt(n, h, w);
    const below = values[c]! - top;
    const y = below - Math.log(sum);
    return { y, terms: Math.abs(below) + Math.log(sum), granted: sumError + logError(sum, Math.log(sum)) };
  });
}
