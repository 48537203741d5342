// The dispatches of conv2d_tile.wgsl: a convolution at once, or parts of its sums and what adds these up.

import { type ImageLayout, imageLayout, NO_HALO, roundUp } from '../../runtime/plan/layout.ts';
import type { BufferRef, Step } from '../../runtime/plan/program.ts';
import { defineKernel, type Enable } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { type JoinedEpilogue, optionalEpilogue, sumOf } from '../shared/epilogue.ts';
import { eachQuad } from '../shared/frame.ts';
import { linearGrid } from '../shared/grid.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import linearIndex from '../shared/linear_index.wgsl';
import weightQuad from '../shared/weight_quad.wgsl';
import type { Conv2dAttributes } from './conv2d.ts';
import sumSource from './conv2d_split_sum.wgsl';
import source from './conv2d_tile.wgsl';
import paramsText from './conv2d_tile_params.wgsl';
import { geometry, tapUniforms } from './geometry.ts';
import { byTaps, packBuffer, type Reduction, reductionRows } from './pack_weights.ts';

/** What a workgroup makes, in pixels and in vectors of filters, and its invocations along both. */
export interface Tile {
  readonly pixels: number;
  readonly quads: number;
  readonly down: number;
  readonly across: number;
}

/** Products that a workgroup takes at a time. */
export const STEP = 16;

/** What makes the products of a tile. */
export interface Multiplier {
  readonly name: string;
  /** The kernel, and how it reads weights, to be joined with conv2d_tile_params.wgsl. */
  readonly sources: readonly string[];
  readonly constants: Readonly<Record<string, number>>;
  readonly enables: readonly Enable[];
  /** Products that a workgroup takes at a time. */
  readonly step: number;
  /** Invocations in each of a tile's places, down and across. */
  readonly lanes: number;
  /** Invocations that keep a GPU busy with one image, if not as busy as it gets: more would be too many for a small one. */
  readonly enough: number;
}

/** conv2d_tile.wgsl. */
export const vectors: Multiplier = {
  name: 'conv2d_tile',
  sources: [source, weightQuad],
  constants: {},
  enables: [],
  step: STEP,
  lanes: 1,
  enough: 2 ** 14,
};

/** Where sums go, how they lie there, and what follows them at once. */
interface Target {
  readonly y: BufferRef;
  readonly layout: ImageLayout;
  readonly epilogue: JoinedEpilogue;
}

/** Invocations from which on a GPU is as busy as it gets: on an NVIDIA H100, with two workgroups of 128 to each of its 132 units. */
const FULL = 2 ** 15;

/**
 * `parts`: how many each sum is made of, as many for any number of images, so that it is always added up in the same order: by as many
 * workgroups where there are few pixels, else by one of them.
 */
export function emitTile(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  tile: Tile,
  parts: number,
  by = vectors,
): void {
  const [x, y] = [emitter.input('x'), emitter.output];
  if (parts === 1) {
    const epilogue = optionalEpilogue(call, emitter, x);
    emitProducts(call, emitter, tile, by, 1, () => 1, { y, layout: image(y), epilogue });
    return;
  }
  const { written } = image(y);
  const layout = imageLayout(call.value.shape, { halo: NO_HALO, block: written });
  const sums = emitter.scratch('parts', { kind: 'packed', elements: 0, elementsPerImage: parts * layout.image });
  const apart = (n: number) => (tiles(call, tile, n) * invocations(tile, by) < FULL ? parts : 1);
  const bare = optionalEpilogue(sumOf(call), emitter, x);
  emitProducts(call, emitter, tile, by, parts, apart, { y: sums, layout, epilogue: bare });
  const epilogue = optionalEpilogue(call, emitter, sums);
  const step = eachQuad({
    name: 'conv2d_split_sum',
    sources: [sumSource, ...epilogue.sources],
    bind: { parts: sums, y, ...epilogue.bind },
    uniforms: epilogue.uniforms,
  });
  emitter.step({ ...step, uniforms: (n) => ({ ...step.uniforms(n), parts: apart(n), part_size: n * layout.image }) });
}

export function invocations({ down, across }: Tile, { lanes }: Multiplier = vectors): number {
  return down * across * lanes;
}

/** Workgroups for `n` images. */
export function tiles(call: Call<Conv2dAttributes>, { pixels, quads }: Tile, n: number): number {
  const { filters, outH, outW } = geometry(call);
  return Math.ceil((n * outH * outW) / pixels) * Math.ceil(filters / 4 / quads);
}

function emitProducts(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  tile: Tile,
  by: Multiplier,
  parts: number,
  apart: (n: number) => number,
  { y, layout, epilogue }: Target,
): void {
  const { outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const order = byTaps(call, image(x).written);
  const part = roundUp(Math.ceil(reductionRows(order) / parts), by.step);
  emitter.step({
    ...tileStep({
      tile,
      by,
      x,
      w: packBuffer(call, emitter, order, 4 * tile.quads),
      y,
      order,
      taps: tapUniforms(call),
      epilogue,
      part,
      z: apart,
      pixels: (n) => outH * outW * n,
      images: () => ({ x: image(x), y: layout }),
      steps: (n) => ({
        length: apart(n) === parts ? part : part * parts,
        z_from: part,
        z_x: 0,
        z_w: 0,
        z_y: n * layout.image,
      }),
    }),
    flops: (n) => 2 * macs * n,
  });
}

interface TileProduct {
  readonly tile: Tile;
  readonly by?: Multiplier;
  readonly x: BufferRef;
  /** Its filters are padded to whole tiles. */
  readonly w: BufferRef;
  readonly y: BufferRef;
  readonly order: Reduction;
  readonly taps: ReturnType<typeof tapUniforms>;
  readonly epilogue: JoinedEpilogue;
  /** Products of a part of a sum; where that is all of them, there are no parts. */
  readonly part: number;
  /** Parts that workgroups of their own make, or independent products. */
  z(n: number): number;
  pixels(n: number): number;
  /** What each of them sees. */
  images(n: number): { readonly x: ImageLayout; readonly y: ImageLayout };
  /** Products of each of them; and from one to the next in products, in floats of x and y and in vectors of w. */
  steps(n: number): Readonly<Record<'length' | 'z_from' | 'z_x' | 'z_w' | 'z_y', number>>;
}

/** One dispatch of the kernel. */
export function tileStep(product: TileProduct): Omit<Step, 'layer' | 'operator'> {
  const { tile, by = vectors, x, w, y, order, taps, epilogue, part, z, pixels, images, steps } = product;
  const panels = Math.ceil(images(1).y.channels / 4 / tile.quads);
  const count = (n: number) => panels * Math.ceil(pixels(n) / tile.pixels);
  const products = reductionRows(order);
  const fixed = {
    ...taps,
    ...epilogue.uniforms,
    panels,
    products,
    part,
    columns: order.columns,
    channels: order.run,
  };
  return {
    kernel: defineKernel(by.name, [...by.sources, paramsText, imageText, linearIndex, ...epilogue.sources], {
      enables: by.enables,
      constants: {
        ...by.constants,
        PIXELS: tile.pixels,
        QUADS: tile.quads,
        DOWN: tile.down,
        ACROSS: tile.across,
        PARTED: part < products ? 1 : 0,
      },
    }),
    bind: { x, w, y, ...epilogue.bind },
    uniforms: (n) => ({
      ...fixed,
      ...imageUniforms('x', images(n).x),
      ...imageUniforms('y', images(n).y),
      ...steps(n),
      count: count(n),
      pixels: pixels(n),
    }),
    grid: (n) => {
      const [across, down] = linearGrid(count(n), 1);
      return [across, down, z(n)];
    },
  };
}
