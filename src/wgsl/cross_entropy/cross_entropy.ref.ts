// Cross-entropy and its gradient in float64, written from the definition; imported by tests only.

import {
  DIVISION,
  logError,
  type Reference,
  ROUNDING,
  reader,
  reference,
  type Tensor,
  ulp,
} from '../shared/reference.ref.ts';
import { exponentials } from '../softmax/softmax.ref.ts';
import type { CrossEntropyAttributes } from './cross_entropy.ts';

export interface ClassTensors {
  readonly x: Tensor;
  readonly target: Tensor;
  readonly weight?: Tensor | undefined;
}

export interface ClassAttributes extends Pick<CrossEntropyAttributes, 'ignoreIndex' | 'reduction'> {
  readonly labelSmoothing?: number;
  readonly rubbish?: number | null;
}

// Of a constant, the product with a class's weight, and for probabilities a product and a sum more.
const WANTED = 4 * ROUNDING;
// Of a difference, a sum and a product.
const SURPRISE = 3 * ROUNDING;

/** What an image wants of each class, times the class's weight, and what the image itself weighs. */
function wantedOf(
  { x, target, weight }: ClassTensors,
  { labelSmoothing = 0, ignoreIndex }: ClassAttributes,
  n: number,
) {
  const C = x.shape[1]!;
  const classes = Array.from({ length: C }, (_, c) => c);
  const weighs = (c: number) => weight?.data[c] ?? 1;
  if (target.shape[1] !== 1) {
    const share = (c: number) => reader(target)(n, c) * (1 - labelSmoothing) + labelSmoothing / C;
    return { wanted: classes.map((c) => weighs(c) * share(c)), weight: 1 };
  }
  const label = target.data[n]!;
  if (label === ignoreIndex) return { wanted: classes.map(() => 0), weight: 0 };
  const share = (c: number) => (c === label ? 1 - labelSmoothing : 0) + labelSmoothing / C;
  return { wanted: classes.map((c) => weighs(c) * share(c)), weight: weighs(label) };
}

interface Classes {
  /** Negative logarithms of probabilities, what they are the difference of, and an absolute error they are granted. */
  readonly surprise: readonly number[];
  readonly terms: readonly number[];
  readonly granted: number;
  /** Their part in the gradient, with a relative error. */
  readonly shares: readonly number[];
  readonly errors: readonly number[];
}

function ofLogits(values: readonly number[], rubbish: number | null): Classes {
  const { top, parts, errors, sum, sumError } = exponentials(rubbish === null ? values : [...values, -rubbish]);
  const log = Math.log(sum);
  return {
    surprise: values.map((value) => top - value + log),
    terms: values.map((value) => top - value + log),
    granted: sumError + logError(sum, log),
    shares: values.map((_, c) => parts[c]! / sum),
    errors: values.map((_, c) => (parts[c] === 0 ? 0 : errors[c]! + sumError + DIVISION)),
  };
}

function ofLogarithms(values: readonly number[]): Classes {
  const none = values.map(() => 0);
  return {
    surprise: values.map((value) => -value),
    terms: values.map(Math.abs),
    granted: 0,
    shares: none,
    errors: none,
  };
}

function rowOf({ shape, data }: Tensor, n: number): number[] {
  const C = shape[1]!;
  return Array.from({ length: C }, (_, c) => data[n * C + c]!);
}

const added = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

type OfRow = (values: readonly number[]) => Classes;

function loss(tensors: ClassTensors, attributes: ClassAttributes, ofRow: OfRow): Reference {
  const [N = 1, C = 1] = tensors.x.shape;
  const images = Array.from({ length: N }, (_, n) => {
    const { wanted, weight } = wantedOf(tensors, attributes, n);
    const { surprise, terms, granted } = ofRow(rowOf(tensors.x, n));
    const over = (of: (c: number) => number) => added(wanted.map((share, c) => (share === 0 ? 0 : of(c))));
    const size = over((c) => Math.abs(wanted[c]! * terms[c]!));
    return {
      y: over((c) => wanted[c]! * surprise[c]!),
      terms: size,
      granted: over((c) => Math.abs(wanted[c]!) * granted) + size * (WANTED + SURPRISE),
      weight,
    };
  });
  if (attributes.reduction === 'none') return reference([N, 1], C, (n) => images[n]!);
  const mean = attributes.reduction === 'mean';
  const weight = mean ? added(images.map((image) => image.weight)) : 1;
  return reference([1], C + N, () => {
    const y = added(images.map((image) => image.y)) / weight;
    const dividing = mean ? Math.abs(y) * (DIVISION + 4 * Math.sqrt(N) * ROUNDING) : 0;
    return {
      y,
      terms: added(images.map((image) => image.terms)) / weight,
      granted: added(images.map((image) => image.granted)) / weight + dividing,
    };
  });
}

function lossGradient(tensors: ClassTensors & { dy: Tensor }, attributes: ClassAttributes, ofRow: OfRow): Reference {
  const [N = 1, C = 1] = tensors.x.shape;
  const images = Array.from({ length: N }, (_, n) => ({
    ...wantedOf(tensors, attributes, n),
    ...ofRow(rowOf(tensors.x, n)),
  }));
  const { reduction } = attributes;
  const weight = reduction === 'mean' ? added(images.map((image) => image.weight)) : 1;
  return reference([N, C], C, (n, c) => {
    const { wanted, shares, errors, weight: own } = images[n]!;
    if (own === 0 && wanted.every((share) => share === 0)) return { y: 0 };
    const scale = tensors.dy.data[reduction === 'none' ? n : 0]! / weight;
    const sum = added(wanted);
    const size = Math.abs(scale) * added(wanted.map(Math.abs));
    const terms = size * shares[c]! + Math.abs(scale * wanted[c]!);
    return {
      y: scale * (sum * shares[c]! - wanted[c]!),
      terms,
      granted:
        size * shares[c]! * errors[c]! +
        terms * (WANTED + SURPRISE + DIVISION + 4 * Math.sqrt(N) * ROUNDING) +
        (1 + size) * ulp(0),
    };
  });
}

export function crossEntropyReference(tensors: ClassTensors, attributes: ClassAttributes): Reference {
  return loss(tensors, attributes, (values) => ofLogits(values, attributes.rubbish ?? null));
}

export function crossEntropyGradientReference(
  tensors: ClassTensors & { readonly dy: Tensor },
  attributes: ClassAttributes,
): Reference {
  return lossGradient(tensors, attributes, (values) => ofLogits(values, attributes.rubbish ?? null));
}

export function nllLossReference(tensors: ClassTensors, attributes: ClassAttributes): Reference {
  return loss(tensors, attributes, ofLogarithms);
}

export function nllLossGradientReference(
  tensors: ClassTensors & { readonly dy: Tensor },
  attributes: ClassAttributes,
): Reference {
  return lossGradient(tensors, attributes, ofLogarithms);
}
