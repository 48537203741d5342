// The gradient of a depthwise convolution's filters.

import type { Conv2dWeightGradientAttributes } from '../conv2d/conv2d_weight_gradient.ts';
import { tapSteps, underOutput } from '../conv2d/geometry.ts';
import { speed } from '../conv2d/speed.ts';
import { weightGeometry, xNeeds } from '../conv2d/weight_geometry.ts';
import { defineKernel } from '../kernel.ts';
import type { Call, Candidate } from '../op.ts';
import { inChunks } from '../reduce/sum_chunks.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import source from './depthwise_weight_gradient.wgsl';

// 7x7, of which as many sums and as many inputs are held at once.
const MOST_TAPS = 49;
// A warp's worth of channels on a GPU; on a CPU, as many as it computes at once.
const GPU_LANES = 32;
// Workgroups that keep an adapter busy.
const ENOUGH_FOR_CPU = 64;
const ENOUGH_FOR_GPU = 512;
const MOST_CHUNKS = 64;

export const depthwiseWeightGradient: Candidate<Conv2dWeightGradientAttributes> = {
  name: 'depthwise_weight_gradient',
  suits(call) {
    const { channels, filters, perGroup, size } = weightGeometry(call);
    const serves = perGroup === 1 && filters === channels && channels > 1 && size <= MOST_TAPS;
    return serves ? speed(call.facts, 'depthwise') : 0;
  },
  needs: xNeeds,
  emit(call, emitter) {
    const { channels, kernelH, kernelW, weights, outH, macs } = weightGeometry(call);
    const { fallback } = call.facts;
    const [x, dy] = [emitter.input('x'), emitter.input('dy')];
    const lanes = fallback ? call.block : GPU_LANES;
    const across = Math.ceil(channels / lanes);
    const chunks = Math.min(MOST_CHUNKS, Math.ceil((fallback ? ENOUGH_FOR_CPU : ENOUGH_FOR_GPU) / across));
    const fixed = {
      ...imageUniforms('x', underOutput(call, image(x))),
      ...imageUniforms('dy', image(dy)),
      ...tapSteps(call, image(x)),
      chunks,
    };
    inChunks(emitter, weights, chunks, (dw) => ({
      kernel: defineKernel('depthwise_weight_gradient', [source, imageText], {
        constants: { ROWS: kernelH, COLUMNS: kernelW, FRESH: fresh(call) },
        overrides: { LANES: lanes },
      }),
      bind: { x, dy, dw },
      uniforms: (n) => ({ ...fixed, lines: n * outH }),
      grid: () => [across, chunks, 1],
      flops: (n) => 2 * macs * n,
    }));
  },
};

/** How many columns of taps see an input at a pixel that none of them saw at the one before. */
function fresh({ attributes: { stride, dilation, kernel } }: Call<Conv2dWeightGradientAttributes>): number {
  const moved = stride[1] / dilation[1];
  return Number.isInteger(moved) ? Math.min(moved, kernel[1]) : kernel[1];
}
