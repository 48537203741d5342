// Convolution by 1x1 filters of few pixels with weights where they lie: for drivers on a CPU, where large weights take long to pack.

import type { Call, Emitter } from '../op.ts';
import { broadcastLanes } from './broadcast_lanes.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import source from './conv2d_rows.wgsl';
import { emitProduct, isProduct } from './conv2d_vector_emit.ts';
import { geometry } from './geometry.ts';
import { pixelsOf } from './speed.ts';

// Numbers that take longer to pack than this kernel to compile: 64 MB.
const MANY_WEIGHTS = 2 ** 24;
// A vector of one pixel is multiplied no faster than by others, which rank so far below that none of them is a substitute.
const UNPACKED = 100;
// Below the plain kernel's rank.
const NOT_CHOSEN = 0.5;

export function suits(call: Call<Conv2dAttributes>): number {
  const { channels, filters } = geometry(call);
  if (broadcastLanes(call) === 0 || !isProduct(call)) return 0;
  const inPlace = pixelsOf(call) === 1 && channels * filters >= MANY_WEIGHTS;
  return call.facts.fallback && inPlace ? UNPACKED : NOT_CHOSEN;
}

export function emit(call: Call<Conv2dAttributes>, emitter: Emitter): void {
  const constants = { LANES: broadcastLanes(call) };
  emitProduct(call, emitter, 'conv2d_rows', source, { constants, enables: ['subgroups'] });
}
