// The gradient of a convolution's filters as a tiled matrix product in workgroup memory: what feeds the arithmetic of a real GPU.

import { roundUp } from '../../runtime/plan/layout.ts';
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

// Invocations of a workgroup, whatever its tile.
const SIZE = 64;
// Pixels that a workgroup takes at a time, and workgroups that keep a GPU busy.
const STEP = 16;
const ENOUGH = 512;
const MOST_CHUNKS = 64;

/** Filters by weights of each; `fed`: how well the arithmetic is, taken to be as the forward kernel's tiles are. */
export const conv2dWeightGradientTiles = [tile(64, 64, 1), tile(32, 64, 0.85), tile(32, 32, 0.8)];

function tile(filtersOfTile: number, weightsOfTile: number, fed: number): Candidate<Conv2dWeightGradientAttributes> {
  return {
    name: `conv2d_weight_gradient_tile_${filtersOfTile}x${weightsOfTile}`,
    suits(call) {
      const { filters, size } = weightGeometry(call);
      const { facts, attributes } = call;
      if (attributes.groups > 1 || facts.limits.maxComputeInvocationsPerWorkgroup < SIZE) return 0;
      const used = (there: number, whole: number) => there / roundUp(there, whole);
      return speed(facts, 'tile') * fed * used(filters, filtersOfTile) * used(size, weightsOfTile);
    },
    emit(call, emitter) {
      const { filters, channels, kernelH, kernelW, outH, outW, weights, macs } = weightGeometry(call);
      const [x, dy] = [emitter.input('x'), emitter.input('dy')];
      const taps = kernelH * kernelW;
      const rows = Math.ceil((taps * image(x).written) / weightsOfTile);
      const panels = Math.ceil(filters / filtersOfTile);
      const chunks = Math.min(MOST_CHUNKS, Math.ceil(ENOUGH / (rows * panels)), Math.ceil((outH * outW) / STEP));
      const constants = { FILTERS: filtersOfTile / 4, WEIGHTS: weightsOfTile / 4 };
      const fixed = {
        ...imageUniforms('x', image(x)),
        ...imageUniforms('dy', image(dy)),
        ...tapUniforms(call),
        channels,
        columns: kernelW,
        taps,
      };
      inChunks(emitter, weights, chunks, (dw) => ({
        kernel: defineKernel('conv2d_weight_gradient_tile', [source, imageText], { constants }),
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
}
