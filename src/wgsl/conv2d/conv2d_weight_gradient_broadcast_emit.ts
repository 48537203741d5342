// The dispatches of conv2d_weight_gradient_broadcast.wgsl.

import { roundUp } from '../../runtime/plan/layout.ts';
import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { inChunks } from '../reduce/sum_chunks.ts';
import { linearGrid } from '../shared/grid.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import linearIndex from '../shared/linear_index.wgsl';
import outer4 from '../shared/outer_4.wgsl';
import outer8 from '../shared/outer_8.wgsl';
import { broadcastLanes } from './broadcast_lanes.ts';
import type { Conv2dWeightGradientAttributes } from './conv2d_weight_gradient.ts';
import source from './conv2d_weight_gradient_broadcast.wgsl';
import { tapSteps, underOutput } from './geometry.ts';
import walkText from './walk_pixels.wgsl';
import { weightGeometry } from './weight_geometry.ts';
import offsetText from './weight_offset.wgsl';

const outerText: Readonly<Record<number, string>> = { 4: outer4, 8: outer8 };
// Workgroups that keep the cores of a CPU busy to the end.
const ENOUGH = 64;

export function emit(call: Call<Conv2dWeightGradientAttributes>, emitter: Emitter): void {
  const lanes = broadcastLanes(call);
  const { groups } = call.attributes;
  const { group, size, perGroup, kernelH, kernelW, outH, outW, weights, macs } = weightGeometry(call);
  const [x, dy] = [emitter.input('x'), emitter.input('dy')];
  const filters = filtersOf(group, lanes);
  const panels = Math.ceil(group / filters);
  const tiles = Math.ceil(size / (4 * lanes));
  const chunks = Math.min(Math.ceil(ENOUGH / (panels * tiles * groups)), Math.ceil((outH * outW) / lanes));
  const count = panels * tiles * chunks;
  const fixed = {
    ...imageUniforms('x', underOutput(call, image(x))),
    ...imageUniforms('dy', image(dy)),
    ...tapSteps(call, image(x)),
    count,
    panels,
    tiles,
    weights: size,
    channels: perGroup,
    columns: kernelW,
    taps: kernelH * kernelW,
    group,
  };
  inChunks(emitter, weights, chunks, (dw) => ({
    kernel: defineKernel(
      'conv2d_weight_gradient_broadcast',
      [source, outerText[lanes] ?? '', offsetText, walkText, imageText, linearIndex],
      { constants: { FILTERS: filters }, enables: ['subgroups'] },
    ),
    bind: { x, dy, dw },
    uniforms: (n) => {
      const pixels = n * outH * outW;
      return { ...fixed, pixels, chunk: roundUp(Math.ceil(pixels / chunks), lanes) };
    },
    grid: () => {
      const [across, down] = linearGrid(count, 1);
      return [across, down, groups];
    },
    flops: (n) => 2 * macs * n,
  }));
}

/** Filters of a tile, where a group has so many. */
export function filtersOf(group: number, lanes: number): number {
  return group > lanes ? 2 * lanes : lanes;
}
