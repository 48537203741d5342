// Convolution by swaps within quads: the fastest on drivers for CPUs whose subgroups are of four.

import type { Way } from '../late.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import { needs, suits } from './conv2d_broadcast.ts';
import { emitBroadcast } from './conv2d_broadcast_emit.ts';

export const conv2dQuads: Way<Conv2dAttributes> = {
  suits: (call) => suits(call, 4, 'storage'),
  needs,
  emit: (call, emitter) => emitBroadcast(call, emitter, { from: 'quads', pixels: 16 }),
};
