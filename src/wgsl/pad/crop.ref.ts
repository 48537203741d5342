// Cropping, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';
import type { CropAttributes } from './crop.ts';

export function cropReference(x: Tensor, { padding: [top, left, bottom, right] }: CropAttributes): Reference {
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  return reference([N, C, H - top - bottom, W - left - right], 1, (n, c, h, w) => ({
    y: reader(x)(n, c, h + top, w + left),
  }));
}
