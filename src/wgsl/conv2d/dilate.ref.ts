// Zeros between pixels and around them, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';
import type { DilateAttributes } from './dilate.ts';

export function dilateReference(x: Tensor, { stride, padding }: DilateAttributes): Reference {
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const [top, left, bottom, right] = padding;
  const P = top + (H - 1) * stride[0] + 1 + bottom;
  const Q = left + (W - 1) * stride[1] + 1 + right;
  return reference([N, C, P, Q], 1, (n, c, p, q) => {
    const [h, w] = [(p - top) / stride[0], (q - left) / stride[1]];
    const there = Number.isInteger(h) && Number.isInteger(w) && h >= 0 && h < H && w >= 0 && w < W;
    return { y: there ? reader(x)(n, c, h, w) : 0 };
  });
}
