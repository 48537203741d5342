// PReLU and what it passes back, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';
import type { PreluGradientAttributes } from './prelu_gradient.ts';

const slopeOf = ({ data }: Tensor, c: number) => data[data.length === 1 ? 0 : c]!;

/** A product below zero, a copy above. */
const chosen = (copied: boolean, copy: number, product: number) =>
  copied ? { y: copy } : { y: product, terms: Math.abs(product) };

export function preluReference(x: Tensor, weight: Tensor): Reference {
  const at = reader(x);
  return reference(x.shape, 1, (n, c, h, w) => {
    const v = at(n, c, h, w);
    return chosen(v > 0, v, v * slopeOf(weight, c));
  });
}

export function preluGradientReference(
  x: Tensor,
  weight: Tensor,
  dy: Tensor,
  { of }: PreluGradientAttributes,
): Reference {
  const [at, up] = [reader(x), reader(dy)];
  return reference(x.shape, 1, (n, c, h, w) => {
    const [v, d] = [at(n, c, h, w), up(n, c, h, w)];
    return of === 'x' ? chosen(v > 0, d, d * slopeOf(weight, c)) : chosen(v > 0, 0, d * v);
  });
}
