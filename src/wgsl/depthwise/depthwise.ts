// Depthwise convolution, one filter a channel: any kernel size, stride and dilation.

import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { geometry } from '../conv2d/geometry.ts';
import { speed } from '../conv2d/speed.ts';
import { defineKernel } from '../kernel.ts';
import type { Call, Candidate } from '../op.ts';
import { epilogueOf } from '../shared/epilogue.ts';
import { image, strideUniforms } from '../shared/strides.ts';
import source from './depthwise.wgsl';

const PIXELS = 8;
// A warp's worth of channels on a GPU; on a CPU, as many as it computes at once.
const GPU_LANES = 32;

export const depthwise: Candidate<Conv2dAttributes> = {
  name: 'depthwise',
  suits(call) {
    const { channels, filters, perGroup } = geometry(call);
    return perGroup === 1 && filters === channels && channels > 1 ? speed(call, 'depthwise') : 0;
  },
  needs({ attributes: { padding } }) {
    const [top, left, bottom, right] = padding;
    return { x: { halo: { top, left, bottom, right } } };
  },
  emit(call, emitter) {
    const { stride, padding, dilation } = call.attributes;
    const { channels, kernelH, kernelW, outH, outW, macs } = geometry(call);
    const x = emitter.input('x');
    const { offset, image: perImage, row, pixel } = image(x);
    const { written } = image(emitter.output);
    const lanes = call.facts.fallback ? call.block : GPU_LANES;
    const epilogue = epilogueOf(call, emitter, 'channel');
    emitter.step({
      kernel: defineKernel('depthwise', [source, ...epilogue.sources], {
        overrides: { LANES: lanes, SLIDE: slide(call) },
      }),
      bind: { x, w: emitter.input('w'), y: emitter.output, ...epilogue.bind },
      uniforms: () => ({
        rows: kernelH,
        columns: kernelW,
        channels,
        written,
        out_h: outH,
        out_w: outW,
        x_offset: offset - padding[0] * row - padding[1] * pixel,
        x_image: perImage,
        x_down: stride[0] * row,
        x_across: stride[1] * pixel,
        tap_down: dilation[0] * row,
        tap_across: dilation[1] * pixel,
        ...strideUniforms('y', emitter.output),
        ...epilogue.uniforms,
      }),
      grid: (n) => [Math.ceil(written / lanes), Math.ceil(outW / PIXELS), outH * n],
      flops: (n) => 2 * macs * n,
    });
  },
};

function slide({ attributes: { stride, dilation } }: Call<Conv2dAttributes>): number {
  if (dilation[1] === 1 && stride[1] <= 2) return stride[1];
  return stride[1] === dilation[1] ? 1 : 0;
}
