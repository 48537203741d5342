// The gradient of a convolution's filters as a tiled matrix product in workgroup memory: what feeds the arithmetic of a real GPU.

import { defineKernel } from '../kernel.ts';
import type { Candidate } from '../op.ts';
import { inChunks } from '../reduce/sum_chunks.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import type { Conv2dWeightGradientAttributes } from './conv2d_weight_gradient.ts';
import source from './conv2d_weight_gradient_tile.wgsl';
import { tapUniforms } from './geometry.ts';
import { speed } from './speed.ts';
import { weightGeometry } from './weight_geometry.ts';

const TILE = 64;
// Pixels that a workgroup takes at a time, and workgroups that keep a GPU busy.
const STEP = 16;
const ENOUGH = 512;
const MOST_CHUNKS = 64;

export const conv2dWeightGradientTile: Candidate<Conv2dWeightGradientAttributes> = {
  name: 'conv2d_weight_gradient_tile',
  suits(call) {
    const { filters, size } = weightGeometry(call);
    const { facts, attributes } = call;
    if (attributes.groups > 1 || facts.limits.maxComputeInvocationsPerWorkgroup < TILE) return 0;
    return speed(facts, 'tile') * Math.min(1, (2 * filters) / TILE) * Math.min(1, (2 * size) / TILE);
  },
  emit(call, emitter) {
    const { filters, channels, kernelH, kernelW, outH, outW, weights, macs } = weightGeometry(call);
    const [x, dy] = [emitter.input('x'), emitter.input('dy')];
    const taps = kernelH * kernelW;
    const rows = Math.ceil((taps * image(x).written) / TILE);
    const panels = Math.ceil(filters / TILE);
    const chunks = Math.min(MOST_CHUNKS, Math.ceil(ENOUGH / (rows * panels)), Math.ceil((outH * outW) / STEP));
    const fixed = {
      ...imageUniforms('x', image(x)),
      ...imageUniforms('dy', image(dy)),
      ...tapUniforms(call),
      channels,
      columns: kernelW,
      taps,
    };
    inChunks(emitter, weights, chunks, (dw) => ({
      kernel: defineKernel('conv2d_weight_gradient_tile', [source, imageText]),
      bind: { x, dy, dw },
      uniforms: (n) => {
        const pixels = n * outH * outW;
        return { ...fixed, pixels, chunk: Math.ceil(pixels / chunks / STEP) * STEP };
      },
      grid: () => [rows, panels, chunks],
      flops: (n) => 2 * macs * n,
    }));
  },
};
