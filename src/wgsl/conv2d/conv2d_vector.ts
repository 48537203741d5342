// Convolution by 1x1 filters of few pixels, a linear layer's of one image above all, with weights where they lie: for real GPUs.

import type { Call, Emitter } from '../op.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import source from './conv2d_vector.wgsl';
import { emitProduct, isProduct } from './conv2d_vector_emit.ts';
import { pixelsOf } from './speed.ts';

const MOST_PIXELS = 16;
// Below the plain kernel's rank.
const NOT_CHOSEN = 0.5;

export function suits(call: Call<Conv2dAttributes>): number {
  // All weights are read again for every four pixels, and images are not counted here: only who measures may choose it.
  return isProduct(call) && pixelsOf(call) <= MOST_PIXELS ? NOT_CHOSEN : 0;
}

export function emit(call: Call<Conv2dAttributes>, emitter: Emitter): void {
  emitProduct(call, emitter, 'conv2d_vector', source);
}
