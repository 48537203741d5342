// The plain convolution: serves every call.

import { defineKernel } from '../kernel.ts';
import type { Candidate } from '../op.ts';
import { epilogueOf } from '../shared/epilogue.ts';
import { linearGrid } from '../shared/grid.ts';
import linearIndex from '../shared/linear_index.wgsl';
import { image, strideUniforms } from '../shared/strides.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import source from './conv2d_direct.wgsl';
import { geometry } from './geometry.ts';

export const conv2dDirect: Candidate<Conv2dAttributes> = {
  name: 'conv2d_direct',
  suits: () => 1,
  emit(call, emitter) {
    const { stride, padding, dilation, groups } = call.attributes;
    const size = geometry(call);
    const x = emitter.input('x');
    const epilogue = epilogueOf(call, emitter);
    const quads = image(emitter.output).written / 4;
    const count = quads * size.outH * size.outW;
    emitter.step({
      kernel: defineKernel('conv2d_direct', [source, linearIndex, ...epilogue.sources]),
      bind: { x, w: emitter.input('w'), y: emitter.output, ...epilogue.bind },
      uniforms: (n) => ({
        count: count * n,
        height: size.height,
        width: size.width,
        filters: size.filters,
        channels: size.perGroup,
        group: size.filters / groups,
        kernel_h: size.kernelH,
        kernel_w: size.kernelW,
        stride_h: stride[0],
        stride_w: stride[1],
        pad_top: padding[0],
        pad_left: padding[1],
        dilation_h: dilation[0],
        dilation_w: dilation[1],
        out_h: size.outH,
        out_w: size.outW,
        quads,
        ...strideUniforms('x', x),
        ...strideUniforms('y', emitter.output),
        ...epilogue.uniforms,
      }),
      grid: (n) => linearGrid(count * n, 64),
      flops: (n) => 2 * size.macs * n,
    });
  },
};
