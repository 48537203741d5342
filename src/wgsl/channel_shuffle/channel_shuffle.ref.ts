// Channel shuffle, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';

export function channelShuffleReference(x: Tensor, { groups }: { groups: number }): Reference {
  const [, C = 1] = x.shape;
  const order: number[] = [];
  for (let group = 0; group < groups; group++)
    for (let member = 0; member < C / groups; member++) order[member * groups + group] = group * (C / groups) + member;
  return reference(x.shape, 1, (n, c, h, w) => ({ y: reader(x)(n, order[c]!, h, w) }));
}
