// A slice of channels, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';

export function sliceReference(x: Tensor, { from, to }: { from: number; to: number }): Reference {
  return reference(x.shape.toSpliced(1, 1, to - from), 1, (n, c, h, w) => ({ y: reader(x)(n, from + c, h, w) }));
}
