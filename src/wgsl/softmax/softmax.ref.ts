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
 * Exponentials of numbers less the largest, and their sum. The relative error of one exp(x - top) is exp's own and, from rounding the
 * difference, |x - top| 2^-24; the sum's is the mean of those, weighted by the shares, and the rounding of adding positive
 * numbers. Shares may be flushed to zero.
 */
export function exponentials(values: readonly number[]) {
  const top = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const parts = values.map((value) => Math.exp(value - top));
  const errors = values.map((value) => expError(value - top) + ROUNDING * Math.abs(value - top));
  const sum = parts.reduce((total, part) => total + part, 0);
  const flushed = values.length * ulp(0);
  const summing = 4 * Math.sqrt(values.length) * ROUNDING;
  // What is flushed altogether, or infinitely far below, has no error to weigh.
  const weighed = parts.map((part, c) => (part === 0 ? 0 : part * errors[c]!));
  const sumError = weighed.reduce((total, part) => total + part, flushed) / sum + summing;
  return { top, parts, errors, sum, sumError };
}

function column(x: Tensor, n: number, h: number, w: number) {
  const [, C = 1] = x.shape;
  const values = Array.from({ length: C }, (_, c) => reader(x)(n, c, h, w));
  return { values, ...exponentials(values) };
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

/** From y = softmax(x): dx = y (dy - sum(dy y)). */
export function softmaxGradientReference(y: Tensor, dy: Tensor): Reference {
  const [, C = 1] = y.shape;
  const [at, up] = [reader(y), reader(dy)];
  return reference(y.shape, C, (n, c, h, w) => {
    const products = Array.from({ length: C }, (_, k) => up(n, k, h, w) * at(n, k, h, w));
    const sum = products.reduce((total, product) => total + product, 0);
    const size = products.reduce((total, product) => total + Math.abs(product), 0);
    const [share, own] = [at(n, c, h, w), up(n, c, h, w)];
    return { y: share * (own - sum), terms: Math.abs(share) * (Math.abs(own) + size), granted: (C + 1) * ulp(0) };
  });
}

/** From y = log(softmax(x)): dx = dy - exp(y) sum(dy). */
export function logSoftmaxGradientReference(y: Tensor, dy: Tensor): Reference {
  const [, C = 1] = y.shape;
  const [at, up] = [reader(y), reader(dy)];
  return reference(y.shape, C, (n, c, h, w) => {
    const upstream = Array.from({ length: C }, (_, k) => up(n, k, h, w));
    const sum = upstream.reduce((total, value) => total + value, 0);
    const size = upstream.reduce((total, value) => total + Math.abs(value), 0);
    const logarithm = at(n, c, h, w);
    const share = Math.exp(logarithm);
    return {
      y: up(n, c, h, w) - share * sum,
      terms: Math.abs(up(n, c, h, w)) + share * size,
      granted: (share === 0 ? 0 : share * expError(logarithm) * Math.abs(sum)) + ulp(0) * (1 + size),
    };
  });
}
