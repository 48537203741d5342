// Convolution by 1x1 filters of few pixels with weights where they lie: for drivers on a CPU, where large weights take long to pack.

import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { optionalEpilogue } from '../shared/epilogue.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import weight from '../shared/weight.wgsl';
import { broadcastLanes } from './broadcast_lanes.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import source from './conv2d_rows.wgsl';
import { geometry } from './geometry.ts';
import { pixelsOf } from './speed.ts';

// Of a workgroup.
const PIXELS = 4;

// Numbers that take longer to pack than this kernel to compile: 64 MB.
const MANY_WEIGHTS = 2 ** 24;
// A vector of one pixel is multiplied no faster than by others, which rank so far below that none of them is a substitute.
const UNPACKED = 100;
// Below the plain kernel's rank.
const NOT_CHOSEN = 0.5;

export function suits(call: Call<Conv2dAttributes>): number {
  const { groups, stride, padding } = call.attributes;
  const { kernelH, kernelW, channels, filters } = geometry(call);
  if (broadcastLanes(call) === 0 || groups * kernelH * kernelW * Math.max(...stride) > 1 || Math.max(...padding) > 0)
    return 0;
  const inPlace = pixelsOf(call) === 1 && channels * filters >= MANY_WEIGHTS;
  return call.facts.fallback && inPlace ? UNPACKED : NOT_CHOSEN;
}

export function emit(call: Call<Conv2dAttributes>, emitter: Emitter): void {
  const { channels, outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const y = image(emitter.output);
  const epilogue = optionalEpilogue(call, emitter, x);
  emitter.step({
    kernel: defineKernel('conv2d_rows', [source, weight, imageText, ...epilogue.sources], {
      constants: { LANES: broadcastLanes(call) },
      enables: ['subgroups'],
    }),
    bind: { x, w: emitter.input('w'), y: emitter.output, ...epilogue.bind },
    uniforms: (n) => ({
      ...imageUniforms('x', image(x)),
      ...imageUniforms('y', y),
      ...epilogue.uniforms,
      pixels: outH * outW * n,
      channels,
    }),
    grid: (n) => [y.written / 4, Math.ceil((outH * outW * n) / PIXELS), 1],
    flops: (n) => 2 * macs * n,
  });
}
