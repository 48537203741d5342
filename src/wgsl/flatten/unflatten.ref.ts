// Flattening turned back, written from the definition: row-major numbers stay as they are. Imported by tests only.

import type { Reference, Tensor } from '../shared/reference.ref.ts';

export function unflattenReference({ shape: [N = 1], data }: Tensor, shape: readonly number[]): Reference {
  const zeros = () => new Float64Array(data.length);
  return { shape: [N, ...shape], y: Float64Array.from(data), terms: zeros(), length: 1, granted: zeros() };
}
