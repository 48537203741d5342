// Max pooling of what is copied as texels before each run, for Mesa's driver for CPUs.

import { readsTexels } from '../conv2d/broadcast_lanes.ts';
import type { Call, Emitter } from '../op.ts';
import texel from '../shared/texel.wgsl';
import { texelBytes, texelsOf } from '../shared/texels.ts';
import xTexels from '../shared/x_texels.wgsl';
import { type MaxPool2dAttributes, maxPoolStep } from './max_pool2d.ts';

// Over the plain kernel, as measured on lavapipe.
const ADVANTAGE = 2;

export { texelBytes as extraBytes };

export function suits(call: Call<MaxPool2dAttributes>): number {
  return readsTexels(call) ? ADVANTAGE : 0;
}

export function emit(call: Call<MaxPool2dAttributes>, emitter: Emitter): void {
  const x = emitter.input('x');
  const texels = emitter.scratch('texels', texelsOf(x.layout));
  const step = maxPoolStep(call, emitter, { x: texels, y: emitter.output }, [xTexels, texel]);
  emitter.step({ ...step, copied: { x } });
}
