// A weighted sum of scalars in float64; imported by tests only.

import { type Reference, reference, type Tensor } from '../shared/reference.ref.ts';

export function weightedSumReference(
  scalars: readonly Tensor[],
  { weights }: { readonly weights: readonly number[] },
): Reference {
  const products = scalars.map(({ data }, i) => weights[i]! * data[0]!);
  // Beside the sum's, two roundings a term: of the weight and of the product. Twice its length has room for them.
  return reference([1], 2 * products.length, () => ({
    y: products.reduce((sum, product) => sum + product, 0),
    terms: products.reduce((sum, product) => sum + Math.abs(product), 0),
  }));
}
