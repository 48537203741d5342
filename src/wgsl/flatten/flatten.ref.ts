// Flattening, written from the definition: row-major numbers stay as they are. Imported by tests only.

import type { Reference, Tensor } from '../shared/reference.ref.ts';

export function flattenReference({ shape, data }: Tensor): Reference {
  const [N = 1] = shape;
  const zeros = () => new Float64Array(data.length);
  return { shape: [N, data.length / N], y: Float64Array.from(data), terms: zeros(), length: 1, granted: zeros() };
}
