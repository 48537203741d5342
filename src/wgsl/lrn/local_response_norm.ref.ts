// Local response normalisation in float64, written from the definition; imported by tests only.

import {
  expError,
  logError,
  type Reference,
  ROUNDING,
  reader,
  reference,
  type Tensor,
} from '../shared/reference.ref.ts';
import type { LocalResponseNormAttributes } from './attributes.ts';

/**
 * The error of x * pow(base, -beta): pow is exp2(t) with t = -beta * log2(base), so beside the roundings y errs by exp2's
 * share and by ln 2 times the error of t. The squares are all positive: base errs by at most its sum's bound.
 */
export function localResponseNormReference(x: Tensor, attributes: LocalResponseNormAttributes): Reference {
  const { size, alpha, beta, k } = attributes;
  const [, C = 1] = x.shape;
  const at = reader(x);
  return reference(x.shape, size, (n, c, h, w) => {
    let squares = 0;
    for (let j = c - Math.floor(size / 2); j <= c + Math.floor((size - 1) / 2); j++)
      if (j >= 0 && j < C) squares += at(n, j, h, w) ** 2;
    const base = k + (alpha / size) * squares;
    const t = -beta * Math.log2(base);
    const y = at(n, c, h, w) * base ** -beta;
    // The sum, alpha / size and k as f32, their product, the addition.
    const baseError = (4 * Math.sqrt(size) + 4) * ROUNDING;
    const tError =
      Math.abs(beta) * (logError(base, Math.log2(base)) + baseError / Math.LN2) + 2 * ROUNDING * Math.abs(t);
    return { y, terms: Math.abs(y), granted: Math.abs(y) * (expError(t) + Math.LN2 * tError) };
  });
}
