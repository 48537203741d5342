// A row, and two stacked, from the definitions; imported by tests only.

import { type Reference, reference, type Tensor } from '../shared/reference.ref.ts';

export function rowReference({ shape, data }: Tensor, { row }: { row: number }): Reference {
  const [, C = 1] = shape;
  return reference([C], 1, (c) => ({ y: data[row * C + c]! }));
}

export function stackReference(a: Tensor, b: Tensor): Reference {
  const [C = 1] = a.shape;
  return reference([2, C], 1, (row, c) => ({ y: (row === 0 ? a : b).data[c]! }));
}

/** A row of a reference, with its bounds. */
export function rowOf({ shape, y, terms, length, granted }: Reference, row: number): Reference {
  const [, C = 1] = shape;
  const cut = (values: Float64Array) => values.slice(row * C, (row + 1) * C);
  return { shape: [C], y: cut(y), terms: cut(terms), length, granted: cut(granted) };
}
