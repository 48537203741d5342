// The activation functions of few models in float64, written from their definitions; imported by tests only.

import {
  DIVISION,
  type Element,
  expError,
  type Reference,
  ROUNDING,
  type Tensor,
  ulp,
} from '../shared/reference.ref.ts';
import { elementsReference, logistic } from './activation.ref.ts';

export type RareActivation = 'elu' | 'softplus' | 'mish' | 'gelu_tanh';

// The errors of kernels are stated by what these make of e, exp of a non-positive number, which may be flushed to zero.

/** Down to -1/2 the series' partial results stay within 0.75 and 1, so that little but its last three roundings counts. */
function elu(v: number, alpha: number): Element {
  if (v > 0) return { y: v };
  const y = alpha * Math.expm1(v);
  if (v > -0.5) return { y, terms: Math.abs(y), granted: 2 * ROUNDING * Math.abs(y) };
  return { y, terms: alpha, granted: alpha * (Math.exp(v) * expError(v) + 2 * ulp(0)) };
}

/** log(1 + e) errs relatively no more than e does, and by a sum, a division and the series. */
function softplus(v: number): Element {
  const log = Math.log1p(Math.exp(-Math.abs(v)));
  const y = Math.max(v, 0) + log;
  return { y, terms: y, granted: log * (expError(v) + DIVISION + 6 * ROUNDING) + 2 * ulp(0) };
}

/** tanh(log(1 + exp(v))) and the relative error of the kernel's quotient: what e makes of it, four roundings and a division. */
export function tanhOfSoftplus(v: number): { y: number; relative: number } {
  const e = Math.exp(-Math.abs(v));
  const above = (2 * e) / (1 + 2 * e) + (2 * e + 4 * e * e) / (1 + 2 * e + 2 * e * e);
  const relative = (v < 0 ? 2 : above) * expError(v) + 5 * ROUNDING + DIVISION;
  return { y: Math.tanh(Math.log1p(Math.exp(-Math.abs(v))) + Math.max(v, 0)), relative };
}

function mish(v: number): Element {
  const { y: t, relative } = tanhOfSoftplus(v);
  return { y: v * t, terms: Math.abs(v * t), granted: Math.abs(v) * (t * relative + 4 * ulp(0)) };
}

/** Twice the argument of tanh in gelu_tanh; five roundings make it. */
export function geluTanhArgument(v: number): number {
  return 2 * Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3);
}

function geluTanh(v: number): Element {
  // (1 + tanh(w / 2)) / 2, without the difference far below zero.
  const w = geluTanhArgument(v);
  const { y: s, relative, absolute } = logistic(w);
  const y = v * s;
  // The logistic function's relative slope is that of the other sign.
  const inside = Math.abs(w) * logistic(-w).y * 5 * ROUNDING;
  return { y, terms: Math.abs(y), granted: Math.abs(v) * (s * (relative + inside) + absolute) };
}

export function rareActivationReference(name: RareActivation, { shape, data }: Tensor, alpha = 1): Reference {
  const of = { elu: (v: number) => elu(v, alpha), softplus, mish, gelu_tanh: geluTanh }[name];
  return elementsReference(shape, Array.from(data, of));
}
