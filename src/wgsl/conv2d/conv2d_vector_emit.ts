// The dispatch of conv2d_vector.wgsl.

import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { optionalEpilogue } from '../shared/epilogue.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import type { Conv2dAttributes } from './conv2d.ts';
import source from './conv2d_vector.wgsl';
import { geometry } from './geometry.ts';

// Of a workgroup.
const PIXELS = 4;

export function emit(call: Call<Conv2dAttributes>, emitter: Emitter): void {
  const { channels, outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const y = image(emitter.output);
  const epilogue = optionalEpilogue(call, emitter, x);
  emitter.step({
    kernel: defineKernel('conv2d_vector', [source, imageText, ...epilogue.sources]),
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
