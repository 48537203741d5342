// The dispatches of conv2d_broadcast.wgsl, which Winograd's products share.

import type { ImageLayout } from '../../runtime/plan/layout.ts';
import type { BufferRef, Step } from '../../runtime/plan/program.ts';
import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { epilogueOf, type JoinedEpilogue } from '../shared/epilogue.ts';
import { linearGrid } from '../shared/grid.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import lanes4 from '../shared/lanes_4.wgsl';
import lanes8 from '../shared/lanes_8.wgsl';
import linearIndex from '../shared/linear_index.wgsl';
import texels4 from '../shared/texels_4.wgsl';
import texels8 from '../shared/texels_8.wgsl';
import { broadcastLanes } from './broadcast_lanes.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import source from './conv2d_broadcast.wgsl';
import { geometry, tapSteps, underOutput } from './geometry.ts';
import { byRuns, byTaps, packTexture, type Reduction, reductionRows } from './pack_weights.ts';

/** Pixels that an invocation makes. Seven, which 7x7 and 14x14 images divide into, are no faster than eight with what these waste. */
export type TilePixels = 4 | 8;

const lanesText: Readonly<Record<number, readonly string[]>> = { 4: [lanes4, texels4], 8: [lanes8, texels8] };

/** `pixels`: of a tile. */
export function emitBroadcast(call: Call<Conv2dAttributes>, emitter: Emitter, pixels: TilePixels): void {
  const lanes = broadcastLanes(call);
  const { groups } = call.attributes;
  const { filters, perGroup, outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const xl = image(x);
  const yl = image(emitter.output);
  const group = { channels: filters / groups, written: filters / groups };
  const images = { x: underOutput(call, xl), y: groups > 1 ? { ...yl, ...group } : yl };
  const tight = xl.written % lanes !== 0;
  const order = tight ? byRuns(call, lanes) : byTaps(call, groups > 1 ? perGroup : xl.written);
  const steps = { ...tapSteps(call, xl), z_x: perGroup, z_y: filters / groups, z_filter: filters / groups };
  emitter.step({
    ...broadcastStep({
      lanes,
      x,
      w: packTexture(call, emitter, order, lanes),
      y: emitter.output,
      order,
      epilogue: epilogueOf(call, emitter, 'quad', x),
      hasBias: call.inputs.bias !== undefined,
      tilePixels: pixels,
      z: groups,
      pixels: (n) => n * outH * outW,
      images: () => images,
      steps: () => steps,
    }),
    flops: (n) => 2 * macs * n,
  });
}

interface BroadcastProduct {
  readonly lanes: number;
  readonly x: BufferRef;
  readonly w: BufferRef;
  readonly y: BufferRef;
  readonly order: Reduction;
  readonly epilogue: JoinedEpilogue;
  /** Else something stands in for it, to share a pipeline. */
  readonly hasBias: boolean;
  readonly tilePixels: TilePixels;
  /** Independent products. */
  readonly z: number;
  pixels(n: number): number;
  /** What each product sees. */
  images(n: number): { readonly x: ImageLayout; readonly y: ImageLayout };
  /** From tap to tap, and from product to product. */
  steps(n: number): Readonly<Record<'tap_down' | 'tap_across' | 'z_x' | 'z_y' | 'z_filter', number>>;
}

/** One dispatch of the kernel. */
export function broadcastStep(product: BroadcastProduct): Omit<Step, 'layer' | 'operator'> {
  const { lanes, x, w, y, order, epilogue, hasBias, tilePixels, z, pixels, images, steps } = product;
  if (w.layout.kind !== 'texture') throw new TypeError(`weights are laid out as ${w.layout.kind}`);
  const { width } = w.layout;
  const panels = Math.ceil(images(1).y.written / (4 * lanes));
  const count = (n: number) => panels * Math.ceil(pixels(n) / tilePixels);
  return {
    kernel: defineKernel(
      'conv2d_broadcast',
      [source, ...(lanesText[lanes] ?? []), imageText, linearIndex, ...epilogue.sources],
      {
        constants: { ROWS: tilePixels },
        enables: ['subgroups'],
      },
    ),
    bind: { x, w, y, ...epilogue.bind },
    uniforms: (n) => ({
      count: count(n),
      panels,
      pixels: pixels(n),
      rows: order.rows,
      columns: order.columns,
      run: order.run,
      has_bias: hasBias ? 1 : 0,
      w_rows: reductionRows(order),
      w_width: width,
      ...epilogue.uniforms,
      ...imageUniforms('x', images(n).x),
      ...imageUniforms('y', images(n).y),
      ...steps(n),
    }),
    grid: (n) => {
      const [across, down] = linearGrid(count(n), 1);
      return [across, down, z];
    },
  };
}
