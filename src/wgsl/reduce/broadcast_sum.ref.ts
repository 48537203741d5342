// Sums over what broadcasting repeated, written from the definition; imported by tests only.

import type { Reference, Tensor } from '../shared/reference.ref.ts';
import type { BroadcastSumAttributes } from './broadcast_sum.ts';

/** Where in an operand the element of a broadcast result with this index comes from. */
function position(shape: readonly number[], index: readonly number[]): number {
  const missing = index.length - shape.length;
  return shape.reduce((at, dim, axis) => at * dim + (dim === 1 ? 0 : index[missing + axis]!), 0);
}

export function broadcastSumReference(
  x: Tensor,
  by: Tensor | undefined,
  { shape, batch }: Pick<BroadcastSumAttributes, 'shape'> & { readonly batch?: boolean },
): Reference {
  const result = batch ? [x.shape[0]!, ...shape] : shape;
  const size = result.reduce((product, dim) => product * dim, 1);
  const [y, terms] = [new Float64Array(size), new Float64Array(size)];
  const index = x.shape.map(() => 0);
  for (let i = 0; i < x.data.length; i++) {
    const term = x.data[i]! * (by ? by.data[position(by.shape, index)]! : 1);
    const at = position(result, index);
    y[at]! += term;
    terms[at]! += Math.abs(term);
    for (let axis = index.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < x.shape[axis]!) break;
      index[axis] = 0;
    }
  }
  // A product's rounding is one more term's; of one term without a factor there is nothing to round.
  const length = x.data.length / size + (by ? 1 : 0);
  return { shape: result, y, terms, length, granted: new Float64Array(size) };
}
