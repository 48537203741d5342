// The activation functions in float64, written from their definitions; imported by tests only.

import {
  DIVISION,
  type Element,
  expError,
  type Reference,
  ROUNDING,
  type Tensor,
  ulp,
} from '../shared/reference.ref.ts';
import type { ActivationName } from './epilogue.ts';

const clamp = (v: number, low: number, high: number) => Math.min(high, Math.max(low, v));

/** exp(-|v|), which may be flushed to zero, and the logistic function made of it. */
function logistic(v: number): { y: number; relative: number; absolute: number } {
  const e = Math.exp(-Math.abs(v));
  const y = (v < 0 ? e : 1) / (1 + e);
  // Through the numerator where it is e, through 1 + e, by rounding that sum, by dividing.
  const error = expError(v);
  const relative = (v < 0 ? error : 0) + (e * error) / (1 + e) + ROUNDING + DIVISION;
  return { y, relative, absolute: 2 * ulp(0) };
}

/** Below a quarter the odd series, exact to 0.2 roundings, in three; else (1 - e) / (1 + e) with e = exp(-2|v|). */
function tanh(v: number): Element {
  const y = Math.tanh(v);
  if (Math.abs(v) < 0.25) return { y, terms: Math.abs(y) };
  const e = Math.exp(-2 * Math.abs(v));
  const error = expError(2 * v);
  const relative = (e * error) / (1 - e) + (e * error) / (1 + e) + 2 * ROUNDING + DIVISION;
  return { y, granted: Math.abs(y) * relative };
}

/** One value. relu, relu6 and null (none) are exact; roundings of a product or a sum are in `terms`. */
export function activationElement(activation: ActivationName | null, v: number, slope: number | null = null): Element {
  switch (activation) {
    case null:
      return { y: v };
    case 'relu':
      return { y: Math.max(0, v) };
    case 'relu6':
      return { y: clamp(v, 0, 6) };
    case 'leaky_relu': {
      const y = v < 0 ? v * (slope ?? 0.01) : v;
      return v < 0 ? { y, terms: Math.abs(y) } : { y };
    }
    case 'hardsigmoid': {
      const y = clamp(v + 3, 0, 6) / 6;
      return { y, terms: y, granted: y * DIVISION };
    }
    case 'hardswish': {
      const y = (v * clamp(v + 3, 0, 6)) / 6;
      return { y, terms: Math.abs(y), granted: Math.abs(y) * DIVISION };
    }
    case 'sigmoid': {
      const { y, relative, absolute } = logistic(v);
      return { y, granted: y * relative + absolute };
    }
    case 'silu': {
      const { y, relative, absolute } = logistic(v);
      return { y: v * y, terms: Math.abs(v * y), granted: Math.abs(v) * (y * relative + absolute) };
    }
    case 'tanh':
      return tanh(v);
  }
}

export function activationReference(
  activation: ActivationName,
  { shape, data }: Tensor,
  slope: number | null = null,
): Reference {
  const elements = Array.from(data, (v) => activationElement(activation, v, slope));
  return {
    shape,
    y: Float64Array.from(elements, ({ y }) => y),
    terms: Float64Array.from(elements, ({ terms = 0 }) => terms),
    length: 1,
    granted: Float64Array.from(elements, ({ granted = 0 }) => granted),
  };
}
