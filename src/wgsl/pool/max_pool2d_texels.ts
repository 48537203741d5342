// Max pooling of what is copied as texels before each run, for Mesa's driver for CPUs.

import { readsTexels } from '../conv2d/broadcast_lanes.ts';
import type { Call, Emitter } from '../op.ts';
import { asTexels, texelBytes } from '../shared/texels.ts';
import { type MaxPool2dAttributes, maxPoolStep } from './max_pool2d.ts';

// Over the plain kernel, as measured on lavapipe.
const ADVANTAGE = 2;

export { texelBytes as extraBytes };

export function suits(call: Call<MaxPool2dAttributes>): number {
  return readsTexels(call) ? ADVANTAGE : 0;
}

export function emit(call: Call<MaxPool2dAttributes>, emitter: Emitter): void {
  const { sources, read, copied } = asTexels(emitter, emitter.input('x'));
  emitter.step({ ...maxPoolStep(call, emitter, { x: read, y: emitter.output }, sources), copied });
}
