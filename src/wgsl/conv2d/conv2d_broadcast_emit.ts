// The dispatches of conv2d_broadcast.wgsl and conv2d_texels.wgsl, which Winograd's products share.

import type { ImageLayout } from '../../runtime/plan/layout.ts';
import type { BufferRef, Step } from '../../runtime/plan/program.ts';
import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { epilogueOf, type JoinedEpilogue } from '../shared/epilogue.ts';
import { linearGrid } from '../shared/grid.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import lanes8 from '../shared/lanes_8.wgsl';
import linearIndex from '../shared/linear_index.wgsl';
import { loopedEpilogue } from '../shared/looped_epilogue.ts';
import quads8 from '../shared/quads_8.wgsl';
import { asTexels, type ReadTexels } from '../shared/texels.ts';
import texels8 from '../shared/texels_8.wgsl';
import { texelsEpilogue } from '../shared/texels_epilogue.ts';
import weightQuad from '../shared/weight_quad.wgsl';
import weightUniform from '../shared/weight_uniform.wgsl';
import { broadcastLanes } from './broadcast_lanes.ts';
import product from './broadcast_product.wgsl';
import type { Conv2dAttributes } from './conv2d.ts';
import fromBuffer from './conv2d_broadcast.wgsl';
import fromQuads from './conv2d_quads.wgsl';
import fromTexels from './conv2d_texels.wgsl';
import fourChannels from './four_channels.wgsl';
import { geometry, tapSteps, underOutput } from './geometry.ts';
import { byRuns, packPanels, packTexture } from './pack_texture.ts';
import { byTaps, ENDLESS, type Reduction, reductionRows } from './pack_weights.ts';
import pixels4 from './pixels_4.wgsl';
import pixels16 from './pixels_16.wgsl';
import texelPair from './texel_pair.wgsl';

/**
 * Where x is read from, and how many pixels an invocation makes. Out of a buffer seven pixels, which 7x7 and 14x14 images divide into,
 * are no faster than eight with what these waste.
 */
export type Tile =
  | { readonly from: 'buffer'; readonly pixels: 4 | 8; readonly weights: WeightSource }
  | { readonly from: 'quads'; readonly pixels: 16 }
  | { readonly from: 'texels'; readonly pixels: 4 | 16 };

/** Where weights are read from. */
export type WeightSource = 'texture' | 'storage' | 'uniform';

const weightsText: Readonly<Record<WeightSource, readonly string[]>> = {
  texture: [texels8],
  storage: [quads8, weightQuad],
  uniform: [quads8, weightUniform],
};

/** Numbers of a uniform buffer of weights. */
export const UNIFORMS = 4 * 4096;

export function emitBroadcast(call: Call<Conv2dAttributes>, emitter: Emitter, tile: Tile): void {
  const { groups } = call.attributes;
  const { filters, perGroup, outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const xl = image(x);
  const yl = image(emitter.output);
  const group = { channels: filters / groups, written: filters / groups };
  const images = { x: underOutput(call, xl), y: groups > 1 ? { ...yl, ...group } : yl };
  const order = orderOf(call, xl, tile);
  const steps = { ...tapSteps(call, xl), z_x: perGroup, z_y: filters / groups, z_filter: filters / groups };
  emitter.step({
    ...broadcastStep(call, emitter, {
      x,
      standIn: x,
      w: packed(call, emitter, order, tile),
      y: emitter.output,
      order,
      tile,
      z: groups,
      pixels: (n) => n * outH * outW,
      images: () => images,
      steps: () => steps,
    }),
    flops: (n) => 2 * macs * n,
  });
}

function packed(call: Call<Conv2dAttributes>, emitter: Emitter, order: Reduction, tile: Tile): BufferRef {
  const lanes = broadcastLanes(call);
  if (tile.from === 'quads') return packPanels(call, emitter, order, lanes, 0);
  if (tile.from === 'texels' || tile.weights === 'texture') return packTexture(call, emitter, order, lanes);
  return packPanels(call, emitter, order, lanes, tile.weights === 'uniform' ? UNIFORMS : 0);
}

/** Taps that lie behind each other are one run; of tight pixels, with a few floats past the last that count as zero. */
function orderOf(call: Call<Conv2dAttributes>, { written, pixel }: ImageLayout, tile: Tile): Reduction {
  const { groups, dilation } = call.attributes;
  if (tile.from !== 'texels' && written % broadcastLanes(call) !== 0) return byRuns(call, pixel, broadcastLanes(call));
  if (groups > 1 || dilation[1] > 1 || written < pixel)
    return byTaps(call, groups > 1 ? geometry(call).perGroup : written);
  return byRuns(call, pixel, 1);
}

interface Before {
  readonly source: string;
  readonly constants: Readonly<Record<'D_ROWS' | 'D_COLUMNS', number>>;
  readonly bind: Readonly<Record<'d', BufferRef>>;
  readonly uniforms: typeof nothingBefore;
}

const nothingBefore: Readonly<Record<`d_${'down' | 'across' | 'low' | 'high'}`, number>> = {
  d_down: 0,
  d_across: 0,
  d_low: 0,
  d_high: 0,
};

interface BroadcastProduct {
  readonly x: BufferRef;
  /** Bound where there is no bias, to share a pipeline. */
  readonly standIn: BufferRef;
  readonly w: BufferRef;
  readonly y: BufferRef;
  readonly order: Reduction;
  readonly tile: Tile;
  /** The depthwise convolution of x whose result is multiplied, by tiles of sixteen pixels of texels. */
  readonly before?: Before;
  /** Independent products. */
  readonly z: number;
  pixels(n: number): number;
  /** What each product sees. */
  images(n: number): { readonly x: ImageLayout; readonly y: ImageLayout };
  /** From tap to tap, and from product to product. */
  steps(n: number): Readonly<Record<'tap_down' | 'tap_across' | 'z_x' | 'z_y' | 'z_filter', number>>;
}

/** One dispatch of the kernel, and of `call` what follows the sum. */
export function broadcastStep(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  wanted: BroadcastProduct,
): Omit<Step, 'layer' | 'operator'> {
  const { w, y, order, tile, before, z, pixels, images, steps } = wanted;
  const width = w.layout.kind === 'texture' ? w.layout.width : ENDLESS;
  const lanes = broadcastLanes(call);
  const panels = Math.ceil(images(1).y.written / (4 * lanes));
  const count = (n: number) => panels * Math.ceil(pixels(n) / tile.pixels);
  const { name, sources, constants = {}, read, copied, epilogue } = reading(call, emitter, wanted);
  return {
    kernel: defineKernel(name, [product, ...sources, imageText, linearIndex, ...epilogue.sources], {
      constants,
      enables: ['subgroups'],
    }),
    bind: { x: read, w, y, ...before?.bind, ...epilogue.bind },
    copied: { ...copied, ...epilogue.copied },
    uniforms: (n) => ({
      count: count(n),
      panels,
      pixels: pixels(n),
      rows: order.rows,
      columns: order.columns,
      run: order.run,
      has_bias: call.inputs.bias ? 1 : 0,
      has_residual: call.inputs.residual ? 1 : 0,
      w_rows: reductionRows(order),
      w_width: width,
      ...(before?.uniforms ?? nothingBefore),
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

interface Reading extends ReadTexels {
  readonly name: string;
  readonly constants?: Readonly<Record<string, number>>;
  /** With or without a bias it is one pipeline; of texels, with or without a residual too. */
  readonly epilogue: JoinedEpilogue;
}

function reading(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  { tile, x, standIn, before }: BroadcastProduct,
): Reading {
  if (tile.from === 'buffer')
    return {
      name: 'conv2d_broadcast',
      sources: [fromBuffer, lanes8, ...weightsText[tile.weights]],
      constants: { ROWS: tile.pixels },
      read: x,
      copied: {},
      epilogue: epilogueOf(call, emitter, 'quad', standIn),
    };
  if (tile.from === 'quads')
    return {
      name: 'conv2d_quads',
      sources: [fromQuads, fourChannels, weightQuad],
      read: x,
      copied: {},
      epilogue: loopedEpilogue(call, emitter, standIn),
    };
  const texels = asTexels(emitter, x);
  const pixels = tile.pixels === 16 ? [pixels16, before?.source ?? texelPair] : [pixels4];
  return {
    name: before ? 'separable_texels' : 'conv2d_texels',
    ...texels,
    sources: [fromTexels, fourChannels, ...pixels, ...texels.sources],
    ...(before && { constants: before.constants }),
    epilogue: texelsEpilogue(call, emitter, standIn, texels.read),
  };
}
