// scale * x + shift in float64, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';

/** One number for all channels, or one for each. */
export function affineReference(
  x: Tensor,
  { scale, shift }: { readonly scale: readonly number[]; readonly shift: readonly number[] },
): Reference {
  const at = reader(x);
  const of = (values: readonly number[], c: number) => values[values.length === 1 ? 0 : c]!;
  return reference(x.shape, 2, (n, c, h, w) => {
    const [product, added] = [of(scale, c) * at(n, c, h, w), of(shift, c)];
    // Three roundings, of the constants, the product and the sum: the bound of two terms, 4 sqrt(2), has room for them.
    return { y: product + added, terms: Math.abs(product) + Math.abs(added) };
  });
}
