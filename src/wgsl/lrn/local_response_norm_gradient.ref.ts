// The gradient of local response normalisation in float64, from the definition; imported by tests only.

import {
  DIVISION,
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
 * y[c] = x[c] b[c]^-beta with b[c] = k + scale * sum of x^2 over c's window: the power errs as in local_response_norm.ref.ts, and what
 * a channel moves has the error of b beside it, those of its quotient, two products and the factor.
 */
export function localResponseNormGradientReference(
  { x, dy }: Readonly<Record<'x' | 'dy', Tensor>>,
  { size, alpha, beta, k }: LocalResponseNormAttributes,
): Reference {
  const [, C = 1] = x.shape;
  const [at, upstream] = [reader(x), reader(dy)];
  const scale = alpha / size;
  const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
  const baseError = (4 * Math.sqrt(size) + 4) * ROUNDING;
  return reference(x.shape, size + 1, (n, j, h, w) => {
    const moves = (c: number) => {
      let squares = 0;
      for (let i = Math.max(0, c - before); i <= Math.min(C - 1, c + after); i++) squares += at(n, i, h, w) ** 2;
      const base = k + scale * squares;
      const t = -beta * Math.log2(base);
      const tError =
        Math.abs(beta) * (logError(base, Math.log2(base)) + baseError / Math.LN2) + 2 * ROUNDING * Math.abs(t);
      const given = upstream(n, c, h, w) * base ** -beta;
      const moved = (-2 * scale * beta * at(n, j, h, w) * given * at(n, c, h, w)) / base;
      return { given, moved, error: expError(t) + Math.LN2 * tError + ROUNDING };
    };
    const own = moves(j);
    let y = own.given;
    let terms = Math.abs(own.given);
    let granted = Math.abs(own.given) * own.error;
    for (let c = Math.max(0, j - after); c <= Math.min(C - 1, j + before); c++) {
      const { moved, error } = moves(c);
      y += moved;
      terms += Math.abs(moved);
      granted += Math.abs(moved) * (error + baseError + DIVISION + 6 * ROUNDING);
    }
    return { y, terms, granted };
  });
}
