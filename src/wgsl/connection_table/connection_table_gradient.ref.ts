// Kernels of the connections that a table lists, written from the definition; imported by tests only.

import type { Reference, Tensor } from '../shared/reference.ref.ts';

/** dy [outputs, inputs, R, S]; `table` lists the input maps of each output map, in order. Copies: exact. */
export function connectionTableGradientReference(dy: Tensor, table: readonly (readonly number[])[]): Reference {
  const [, inputs = 1, R = 1, S = 1] = dy.shape;
  const data = Array.from(dy.data);
  const kernels = table.flatMap((maps, k) => {
    const start = (map: number) => (k * inputs + map) * R * S;
    return maps.map((map) => data.slice(start(map), start(map) + R * S));
  });
  const y = Float64Array.from(kernels.flat());
  const zeros = () => new Float64Array(y.length);
  return { shape: [kernels.length, R, S], y, terms: zeros(), length: 1, granted: zeros() };
}
