// Depthwise convolution of what is copied as texels before each run, for Mesa's driver for CPUs.

import { broadcastLanes, readsTexels } from '../conv2d/broadcast_lanes.ts';
import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { geometry, tapSteps, underOutput } from '../conv2d/geometry.ts';
import { reordered, speed } from '../conv2d/speed.ts';
import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { epilogueOf } from '../shared/epilogue.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import { asTexels, texelBytes } from '../shared/texels.ts';
import { needs } from './depthwise.ts';
import source from './depthwise_texels.wgsl';
import { filterTexture, packFilters } from './pack_filters.ts';

const PIXELS = 4;
// What a row of taps sees is held at once.
const MOST_COLUMNS = 7;
// Over depthwise.wgsl, as measured.
const ADVANTAGE = 2.5;

export { needs, texelBytes as extraBytes };

export function suits(call: Call<Conv2dAttributes>): number {
  const { channels, filters, perGroup, kernelH, kernelW } = geometry(call);
  const { dilation } = call.attributes;
  if (!readsTexels(call) || perGroup > 1 || filters !== channels || channels === 1) return 0;
  if (Math.max(...dilation) > 1 || kernelW > MOST_COLUMNS || !filterTexture(call, kernelH * kernelW)) return 0;
  return reordered(call, ADVANTAGE * speed(call.facts, 'depthwise'));
}

export function emit(call: Call<Conv2dAttributes>, emitter: Emitter): void {
  const { kernelH, kernelW, outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const y = image(emitter.output);
  const lanes = broadcastLanes(call);
  const { sources, read, copied } = asTexels(emitter, x);
  const epilogue = epilogueOf(call, emitter, 'quad');
  const quads = y.written / 4;
  const count = quads * Math.ceil(outW / PIXELS);
  emitter.step({
    kernel: defineKernel('depthwise_texels', [source, ...sources, imageText, ...epilogue.sources], {
      constants: { COLUMNS: kernelW, STRIDE: call.attributes.stride[1] },
      overrides: { LANES: lanes },
    }),
    bind: {
      x: read,
      w: packFilters(call, emitter, emitter.input('w')),
      y: emitter.output,
      ...epilogue.bind,
    },
    copied,
    uniforms: () => ({
      ...imageUniforms('x', underOutput(call, image(x))),
      ...imageUniforms('y', y),
      count,
      quads,
      rows: kernelH,
      ...tapSteps(call, image(x)),
      ...epilogue.uniforms,
    }),
    grid: (n) => [Math.ceil(count / lanes), outH * n, 1],
    flops: (n) => 2 * macs * n,
  });
}
