// Numbers with the most that f32 arithmetic may have got them wrong by: references of formulas that are no sums are written with them.

import { DIVISION, ROUNDING, SQRT, ulp } from './reference.ref.ts';

/** In float64, and a bound on the absolute error of a kernel that does the same operations, contracted or not. */
export interface Rounded {
  readonly value: number;
  readonly error: number;
}

/** A number that is there in f32. */
export function exact(value: number): Rounded {
  return { value, error: 0 };
}

/** A number that was rounded to f32, as uniforms are. */
export function rounded(value: number): Rounded {
  return result(value, 0, ROUNDING);
}

/** Of an operation: what its operands' errors make, and its own, relative. Subnormal results may be flushed. */
function result(value: number, carried: number, own: number): Rounded {
  const size = Math.abs(value) + carried;
  return { value, error: carried + size * own + (size < ulp(0) ? ulp(0) : 0) };
}

export function plus(a: Rounded, b: Rounded): Rounded {
  return result(a.value + b.value, a.error + b.error, ROUNDING);
}

export function minus(a: Rounded, b: Rounded): Rounded {
  return result(a.value - b.value, a.error + b.error, ROUNDING);
}

export function times(a: Rounded, b: Rounded): Rounded {
  const carried = Math.abs(a.value) * b.error + Math.abs(b.value) * a.error + a.error * b.error;
  return result(a.value * b.value, carried, ROUNDING);
}

/** The divisor must be further from zero than its error. */
export function over(a: Rounded, b: Rounded): Rounded {
  const nearest = Math.abs(b.value) - b.error;
  if (!(nearest > 0)) throw new Error(`a division by ${b.value}, which may be wrong by ${b.error}`);
  const value = a.value / b.value;
  return result(value, (a.error + Math.abs(value) * b.error) / nearest, DIVISION);
}

export function root(a: Rounded): Rounded {
  const value = Math.sqrt(a.value);
  // The root is steeper below.
  return result(value, value - Math.sqrt(Math.max(0, a.value - a.error)), SQRT);
}

export function larger(a: Rounded, b: Rounded): Rounded {
  return { value: Math.max(a.value, b.value), error: Math.max(a.error, b.error) };
}

/** Held within -limit and limit, which are exact. */
export function clamped(a: Rounded, limit: number): Rounded {
  return { value: Math.min(Math.max(a.value, -limit), limit), error: a.error };
}
