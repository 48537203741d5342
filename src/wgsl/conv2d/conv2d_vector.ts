// Convolution by 1x1 filters of few pixels, a linear layer's of one image above all, with weights where they lie: for real GPUs.

import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { optionalEpilogue } from '../shared/epilogue.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import weight from '../shared/weight.wgsl';
import type { Conv2dAttributes } from './conv2d.ts';
import source from './conv2d_vector.wgsl';
import { geometry } from './geometry.ts';
import { pixelsOf } from './speed.ts';

// Of a workgroup.
const PIXELS = 4;

const MOST_PIXELS = 16;
// Below the plain kernel's rank.
const NOT_CHOSEN = 0.5;

export function suits(call: Call<Conv2dAttributes>): number {
  const { groups, stride, padding } = call.attributes;
  const { kernelH, kernelW } = geometry(call);
  if (groups * kernelH * kernelW * Math.max(...stride) > 1 || Math.max(...padding) > 0) return 0;
  // All weights are read again for every four pixels, and images are not counted here: only who measures may choose it.
  return pixelsOf(call) > MOST_PIXELS ? 0 : NOT_CHOSEN;
}

export function emit(call: Call<Conv2dAttributes>, emitter: Emitter): void {
  const { channels, outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const y = image(emitter.output);
  const epilogue = optionalEpilogue(call, emitter, x);
  emitter.step({
    kernel: defineKernel('conv2d_vector', [source, weight, imageText, ...epilogue.sources]),
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
