// Depthwise convolution by 3x3 filters: the fastest on drivers for CPUs that neither unroll loops nor hold arrays in registers.

import { broadcastLanes } from '../conv2d/broadcast_lanes.ts';
import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { geometry, tapSteps, underOutput } from '../conv2d/geometry.ts';
import { speed } from '../conv2d/speed.ts';
import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { epilogueOf } from '../shared/epilogue.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import weight from '../shared/weight.wgsl';
import { depthwiseLanes, needs } from './depthwise.ts';
import source from './depthwise_3x3.wgsl';
import storePixels from './store_pixels.wgsl';

const ACROSS = 4;
const DOWN = 14;
// Over depthwise.wgsl, as measured on SwiftShader.
const ADVANTAGE = 2.4;

export { needs };

export function suits(call: Call<Conv2dAttributes>): number {
  const { channels, filters, perGroup, kernelH, kernelW } = geometry(call);
  const { stride, dilation } = call.attributes;
  if (broadcastLanes(call) !== 4 || perGroup > 1 || filters !== channels || channels === 1) return 0;
  if (kernelH !== 3 || kernelW !== 3 || Math.max(...dilation) > 1) return 0;
  if (stride[0] !== stride[1] || stride[0] > 2) return 0;
  return ADVANTAGE * speed(call.facts, 'depthwise');
}

export function emit(call: Call<Conv2dAttributes>, emitter: Emitter): void {
  const { outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const y = image(emitter.output);
  const lanes = depthwiseLanes(call);
  const epilogue = epilogueOf(call, emitter, 'channel');
  emitter.step({
    kernel: defineKernel('depthwise_3x3', [source, storePixels, weight, imageText, ...epilogue.sources], {
      constants: { STRIDE: call.attributes.stride[0], DOWN },
      overrides: { LANES: lanes },
    }),
    bind: { x, w: emitter.input('w'), y: emitter.output, ...epilogue.bind },
    uniforms: () => ({
      ...imageUniforms('x', underOutput(call, image(x))),
      ...imageUniforms('y', y),
      ...tapSteps(call, image(x)),
      ...epilogue.uniforms,
    }),
    grid: (n) => [Math.ceil(y.written / lanes), Math.ceil(outW / ACROSS), Math.ceil(outH / DOWN) * n],
    flops: (n) => 2 * macs * n,
  });
}
