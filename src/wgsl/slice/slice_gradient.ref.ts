// Channels among zeros, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';
import type { SliceGradientAttributes } from './slice_gradient.ts';

export function sliceGradientReference(x: Tensor, { from, channels }: SliceGradientAttributes): Reference {
  const own = x.shape[1] ?? 0;
  return reference(x.shape.with(1, channels), 1, (n, c, h, w) => ({
    y: c < from || c >= from + own ? 0 : reader(x)(n, c - from, h, w),
  }));
}
