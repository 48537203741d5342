// The dispatch of conv2d_narrow.wgsl, or of conv2d_narrow_row.wgsl. Weights are read where they lie, as PyTorch holds them.

import { roundUp } from '../../runtime/plan/layout.ts';
import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { epilogueOf } from '../shared/epilogue.ts';
import { linearGrid } from '../shared/grid.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import linearIndex from '../shared/linear_index.wgsl';
import outer4 from '../shared/outer_4.wgsl';
import outer8 from '../shared/outer_8.wgsl';
import weight from '../shared/weight.wgsl';
import { broadcastLanes } from './broadcast_lanes.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import source from './conv2d_narrow.wgsl';
import rowSource from './conv2d_narrow_row.wgsl';
import { geometry, tapSteps, underOutput } from './geometry.ts';

const outerText: Readonly<Record<number, string>> = { 4: outer4, 8: outer8 };

// Of an invocation.
const PIXELS = 4;

/** From a filter's weights to the next one's, from channel to channel; where the first tap is, and the step from tap to tap. */
interface Order {
  readonly w_filter: number;
  readonly w_channel: number;
  readonly w_first: number;
  readonly w_tap: number;
}

export function emit(call: Call<Conv2dAttributes>, emitter: Emitter): void {
  const { channels, kernelH, kernelW } = geometry(call);
  const taps = kernelH * kernelW;
  emitNarrow(call, emitter, { w_filter: channels * taps, w_channel: taps, w_first: 0, w_tap: 1 });
}

export function emitNarrow(call: Call<Conv2dAttributes>, emitter: Emitter, order: Order): void {
  const lanes = broadcastLanes(call);
  const { filters, channels, kernelH, kernelW, outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const epilogue = epilogueOf(call, emitter);
  const tile = narrowFilters(filters, lanes);
  const panels = Math.ceil(image(emitter.output).written / tile);
  const across = Math.ceil(outW / PIXELS);
  const inRows = slides(call);
  const runs = (n: number) => (inRows ? n * outH * across : Math.ceil((n * outH * outW) / PIXELS));
  const count = (n: number) => panels * Math.ceil(runs(n) / lanes);
  const fixed = {
    ...imageUniforms('x', underOutput(call, image(x))),
    ...imageUniforms('y', image(emitter.output)),
    ...tapSteps(call, image(x)),
    ...epilogue.uniforms,
    ...order,
    panels,
    rows: kernelH,
    columns: kernelW,
  };
  emitter.step({
    kernel: defineKernel(
      inRows ? 'conv2d_narrow_row' : 'conv2d_narrow',
      [inRows ? rowSource : source, weight, outerText[lanes] ?? '', imageText, linearIndex, ...epilogue.sources],
      { constants: { FILTERS: tile }, enables: ['subgroups'] },
    ),
    bind: { x, w: emitter.input('w'), y: emitter.output, ...epilogue.bind },
    uniforms: (n) => ({
      ...fixed,
      count: count(n),
      ...(inRows
        ? { across, runs: runs(n), channels }
        : { pixels: n * outH * outW, weights: channels * kernelH * kernelW }),
    }),
    grid: (n) => linearGrid(count(n), 1),
    flops: (n) => 2 * macs * n,
  });
}

/** Whether a tap sees what the one before it sees of the next pixel, and rows are not mostly the end of a run. */
function slides(call: Call<Conv2dAttributes>): boolean {
  const { stride, dilation } = call.attributes;
  const { kernelW, outW } = geometry(call);
  return stride[1] === dilation[1] && kernelW > 2 && outW / roundUp(outW, PIXELS) > 0.7;
}

/** Filters of a tile: those of one subgroup, or twice as many where there are more. */
export function narrowFilters(filters: number, lanes: number): number {
  return filters > lanes ? 2 * lanes : lanes;
}
