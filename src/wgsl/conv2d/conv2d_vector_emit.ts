// The one dispatch of conv2d_vector.wgsl and of conv2d_rows.wgsl: 1x1 filters where they lie, by four pixels a workgroup.

import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { optionalEpilogue } from '../shared/epilogue.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import weight from '../shared/weight.wgsl';
import type { Conv2dAttributes } from './conv2d.ts';
import { geometry } from './geometry.ts';

// Of a workgroup.
const PIXELS = 4;

/** Whether filters are multiplied by pixels as they are. */
export function isProduct(call: Call<Conv2dAttributes>): boolean {
  const { groups, stride, padding } = call.attributes;
  const { kernelH, kernelW } = geometry(call);
  return groups * kernelH * kernelW * Math.max(...stride) === 1 && Math.max(...padding) === 0;
}

export function emitProduct(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  name: string,
  source: string,
  options?: Parameters<typeof defineKernel>[2],
): void {
  const { channels, outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const y = image(emitter.output);
  const epilogue = optionalEpilogue(call, emitter, x);
  emitter.step({
    kernel: defineKernel(name, [source, weight, imageText, ...epilogue.sources], options),
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
