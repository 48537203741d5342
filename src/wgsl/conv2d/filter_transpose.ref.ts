// Filters with inputs and outputs in each other's places, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';

export function filterTransposeReference(w: Tensor, groups = 1): Reference {
  const [K = 1, perGroup = 1, R = 1, S = 1] = w.shape;
  const group = K / groups;
  return reference([perGroup * groups, group, R, S].slice(0, w.shape.length), 1, (c, k, r, s) => ({
    y: reader(w)(Math.floor(c / perGroup) * group + k, c % perGroup, R - 1 - r, S - 1 - s),
  }));
}
