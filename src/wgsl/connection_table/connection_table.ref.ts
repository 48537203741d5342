// Filters by a table of connections, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';

/** w [connections, R, S]; `table` lists the input maps of each output map. Copies: exact. */
export function connectionTableReference(w: Tensor, table: readonly (readonly number[])[], inputs: number): Reference {
  const [, R = 1, S = 1] = w.shape;
  const at = reader({ shape: [w.shape[0] ?? 1, 1, R, S], data: w.data });
  const before = table.map((_, k) => table.slice(0, k).flat().length);
  return reference([table.length, inputs, R, S], 1, (k, c, r, s) => {
    const place = table[k]?.indexOf(c) ?? -1;
    return { y: place < 0 ? 0 : at(before[k]! + place, 0, r, s) };
  });
}
