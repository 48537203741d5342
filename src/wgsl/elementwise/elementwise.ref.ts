// Broadcast addition and multiplication in float64, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';

/** Aligned at the last dimension; a dimension of 1 or none repeats. */
export function elementwiseReference(operation: 'add' | 'mul', a: Tensor, b: Tensor): Reference {
  const rank = Math.max(a.shape.length, b.shape.length);
  const padded = ({ shape }: Tensor) => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const operand = (tensor: Tensor) => {
    const shape = padded(tensor);
    const at = reader({ shape, data: tensor.data });
    return (...index: number[]) => {
      const [n = 0, c = 0, h = 0, w = 0] = index.map((i, axis) => ((shape[axis] ?? 1) === 1 ? 0 : i));
      return at(n, c, h, w);
    };
  };
  const [left, right] = [operand(a), operand(b)];
  const [shapeA, shapeB] = [padded(a), padded(b)];
  const shape = shapeA.map((dim, axis) => Math.max(dim, shapeB[axis] ?? 1));
  return reference(shape, 1, (n, c, h, w) => {
    const [u, v] = [left(n, c, h, w), right(n, c, h, w)];
    const y = operation === 'add' ? u + v : u * v;
    return { y, terms: Math.abs(y) };
  });
}
