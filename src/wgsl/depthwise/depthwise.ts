// Depthwise convolution, one filter a channel: any kernel size, stride and dilation. Networks without one never download it.

import type { ImageNeeds } from '../../runtime/plan/layout.ts';
import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { geometry, tapSteps, underOutput } from '../conv2d/geometry.ts';
import { speed } from '../conv2d/speed.ts';
import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { epilogueOf } from '../shared/epilogue.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import weight from '../shared/weight.wgsl';
import source from './depthwise.wgsl';
import storePixels from './store_pixels.wgsl';

const PIXELS = 8;
// A warp's worth of channels on a GPU; on a CPU, as many as it computes at once.
const GPU_LANES = 32;

export function suits(call: Call<Conv2dAttributes>): number {
  const { channels, filters, perGroup } = geometry(call);
  return perGroup === 1 && filters === channels && channels > 1 ? speed(call.facts, 'depthwise') : 0;
}

/** Channels of a workgroup. */
export function depthwiseLanes({ facts, block }: Pick<Call, 'facts' | 'block'>): number {
  return facts.fallback ? block : GPU_LANES;
}

export function needs({ attributes: { padding } }: Call<Conv2dAttributes>): { readonly x: Partial<ImageNeeds> } {
  const [top, left, bottom, right] = padding;
  return { x: { halo: { top, left, bottom, right } } };
}

export function emit(call: Call<Conv2dAttributes>, emitter: Emitter): void {
  const { kernelH, kernelW, outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const y = image(emitter.output);
  const lanes = depthwiseLanes(call);
  const epilogue = epilogueOf(call, emitter, 'channel');
  emitter.step({
    kernel: defineKernel('depthwise', [source, storePixels, weight, imageText, ...epilogue.sources], {
      overrides: { LANES: lanes, SLIDE: slide(call) },
    }),
    bind: { x, w: emitter.input('w'), y: emitter.output, ...epilogue.bind },
    uniforms: () => ({
      ...imageUniforms('x', underOutput(call, image(x))),
      ...imageUniforms('y', y),
      rows: kernelH,
      columns: kernelW,
      ...tapSteps(call, image(x)),
      ...epilogue.uniforms,
    }),
    grid: (n) => [Math.ceil(y.written / lanes), Math.ceil(outW / PIXELS), outH * n],
    flops: (n) => 2 * macs * n,
  });
}

function slide({ attributes: { stride, dilation } }: Call<Conv2dAttributes>): number {
  if (dilation[1] === 1 && stride[1] <= 2) return stride[1];
  return stride[1] === dilation[1] ? 1 : 0;
}
