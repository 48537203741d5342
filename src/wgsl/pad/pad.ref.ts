// Padding, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';
import type { PadAttributes } from './pad.ts';

export function padReference(x: Tensor, { padding, channels, value }: PadAttributes): Reference {
  const [top, left, bottom, right] = padding;
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  return reference([N, C + channels, top + H + bottom, left + W + right], 1, (n, c, p, q) => {
    const [h, w] = [p - top, q - left];
    const inside = c < C && h >= 0 && h < H && w >= 0 && w < W;
    return { y: inside ? reader(x)(n, c, h, w) : Math.fround(value) };
  });
}
