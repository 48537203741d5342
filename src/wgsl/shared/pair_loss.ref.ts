// Losses that compare x with a target number by number, in float64, written from the definition; imported by tests only.

import {
  DIVISION,
  type Element,
  expError,
  logError,
  type Reference,
  ROUNDING,
  reference,
  type Tensor,
  ulp,
} from './reference.ref.ts';

export interface PairTensors {
  readonly x: Tensor;
  readonly target: Tensor;
}

export interface PairAttributes {
  readonly reduction: 'mean' | 'sum';
}

type Compare = (x: number, t: number) => Required<Element>;

// Three roundings of the difference, its square and the sum.
const square: Compare = (x, t) => {
  const y = (x - t) ** 2;
  return { y, terms: y, granted: 3 * ROUNDING * y };
};

const squareSlope: Compare = (x, t) => ({ y: 2 * (x - t), terms: 2 * Math.abs(x - t), granted: 0 });

/** max(x, 0) - x t + log(1 + e), e = exp(-|x|): e's own error and the rounding of 1 + e are divided by 1 + e. */
const bce: Compare = (x, t) => {
  const e = Math.exp(-Math.abs(x));
  const log = Math.log1p(e);
  return {
    y: Math.max(x, 0) - x * t + log,
    terms: Math.max(x, 0) + Math.abs(x * t) + log,
    granted: (e * expError(x) + ulp(0)) / (1 + e) + ROUNDING + logError(1 + e, log),
  };
};

const bceSlope: Compare = (x, t) => {
  const e = Math.exp(-Math.abs(x));
  const share = (x < 0 ? e : 1) / (1 + e);
  return {
    y: share - t,
    terms: share + Math.abs(t),
    granted: share * (expError(x) + ROUNDING + DIVISION) + ulp(0),
  };
};

function loss({ x, target }: PairTensors, { reduction }: PairAttributes, compare: Compare): Reference {
  const each = Array.from(x.data, (value, i) => compare(value, target.data[i]!));
  const count = reduction === 'mean' ? each.length : 1;
  const over = (of: (element: Required<Element>) => number) =>
    each.reduce((sum, element) => sum + of(element), 0) / count;
  return reference([1], each.length + 2, () => {
    const y = over((element) => element.y);
    return {
      y,
      terms: over((element) => element.terms),
      granted: over((element) => element.granted) + (count === 1 ? 0 : Math.abs(y) * DIVISION),
    };
  });
}

function slopes(
  { x, target, dy }: PairTensors & { readonly dy: Tensor },
  { reduction }: PairAttributes,
  compare: Compare,
): Reference {
  const scale = dy.data[0]! / (reduction === 'mean' ? x.data.length : 1);
  const size = x.data.length;
  const [y, terms, granted] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  for (let i = 0; i < size; i++) {
    const made = compare(x.data[i]!, target.data[i]!);
    y[i] = scale * made.y;
    terms[i] = Math.abs(scale) * made.terms;
    granted[i] = Math.abs(scale) * (made.granted + made.terms * DIVISION) + ulp(0);
  }
  return { shape: x.shape, y, terms, length: 2, granted };
}

export type PairReference = (tensors: PairTensors, attributes: PairAttributes) => Reference;
export type PairGradientReference = (
  tensors: PairTensors & { readonly dy: Tensor },
  attributes: PairAttributes,
) => Reference;

export const meanSquaredErrorReference: PairReference = (tensors, attributes) => loss(tensors, attributes, square);
export const meanSquaredErrorGradientReference: PairGradientReference = (tensors, attributes) =>
  slopes(tensors, attributes, squareSlope);
export const bceWithLogitsReference: PairReference = (tensors, attributes) => loss(tensors, attributes, bce);
export const bceWithLogitsGradientReference: PairGradientReference = (tensors, attributes) =>
  slopes(tensors, attributes, bceSlope);
