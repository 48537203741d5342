// Channels of two images in turn, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';

export function interleaveReference(a: Tensor, b: Tensor, { from, to }: { from: number; to: number }): Reference {
  const order: { tensor: Tensor; channel: number }[] = [];
  for (let channel = 0; channel < (a.shape[1] ?? 0); channel++)
    order.push({ tensor: a, channel }, { tensor: b, channel });
  const taken = order.slice(from, to);
  return reference(a.shape.toSpliced(1, 1, to - from), 1, (n, c, h, w) => {
    const { tensor, channel } = taken[c]!;
    return { y: reader(tensor)(n, channel, h, w) };
  });
}
