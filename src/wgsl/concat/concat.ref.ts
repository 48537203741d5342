// Concatenation along the channels, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';

export function concatReference(parts: readonly Tensor[]): Reference {
  const owners = parts.flatMap((part) =>
    Array.from({ length: part.shape[1] ?? 1 }, (_, own) => ({ at: reader(part), own })),
  );
  return reference(parts[0]!.shape.toSpliced(1, 1, owners.length), 1, (n, c, h, w) => {
    const { at, own } = owners[c]!;
    return { y: at(n, own, h, w) };
  });
}
