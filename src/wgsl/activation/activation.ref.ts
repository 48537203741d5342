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
export function logistic(v: number): { y: number; relative: number; absolute: number } {
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

/**
 * v Phi(v). Below sqrt 2 the odd polynomial's terms alternate and add up to less than 0.6 |v| beside the half. Beyond, the tail
 * errs through exp and its argument's rounding, a division, Mills' ratio (at most four roundings), three products, and the
 * fit's own (one rounding); the kernel's exp may be flushed to zero.
 */
function gelu(v: number): Element {
  const a = Math.abs(v);
  const tail = a * upperTail(a);
  const y = Math.max(v, 0) - tail;
  if (a < Math.SQRT2) return { y, terms: a * (0.5 + 0.6 * a) };
  const error = expError((a * a) / 2) + ((a * a) / 2) * ROUNDING + DIVISION + 8 * ROUNDING;
  return { y, terms: Math.abs(y), granted: tail * error + 2 * ulp(0) };
}

/** The normal distribution's weight beyond a >= 0, by Simpson's rule on its defining integral. */
export function upperTail(a: number): number {
  // Beyond a + t the density has fallen by exp(-t (a + t / 2)); 40 / (a + 4) steps past that leave nothing of a float64.
  const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const steps = 4096;
  const width = 40 / (a + 4) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) sum += density(a + i * width) * (i === 0 || i === steps ? 1 : i % 2 ? 4 : 2);
  return (sum * width) / 3;
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
    case 'gelu':
      return gelu(v);
    case 'tanh':
      return tanh(v);
  }
}

export function activationReference(
  activation: ActivationName,
  { shape, data }: Tensor,
  slope: number | null = null,
): Reference {
  return elementsReference(
    shape,
    Array.from(data, (v) => activationElement(activation, v, slope)),
  );
}

/** A reference of elements that do not depend on each other. */
export function elementsReference(shape: readonly number[], elements: readonly Element[]): Reference {
  return {
    shape,
    y: Float64Array.from(elements, ({ y }) => y),
    terms: Float64Array.from(elements, ({ terms = 0 }) => terms),
    length: 1,
    granted: Float64Array.from(elements, ({ granted = 0 }) => granted),
  };
}
