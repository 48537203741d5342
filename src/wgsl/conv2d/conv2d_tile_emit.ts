// The dispatches of conv2d_tile.wgsl: a convolution at once, or parts of its sums and what adds these up.

import { type ImageLayout, imageLayout, NO_HALO, roundUp } from '../../runtime/plan/layout.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import { defineKernel } from '../kernel.ts';
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
import { geometry, tapUniforms } from './geometry.ts';
import { byTaps, packBuffer, reductionRows } from './pack_weights.ts';

/** What a workgroup makes, in pixels and in vectors of filters, and its invocations along both. */
export interface Tile {
  readonly pixels: number;
  readonly quads: number;
  readonly down: number;
  readonly across: number;
}

/** Products that a workgroup takes at a time. */
export const STEP = 16;

/** Where sums go, how they lie there, and what follows them at once. */
interface Target {
  readonly y: BufferRef;
  readonly layout: ImageLayout;
  readonly epilogue: JoinedEpilogue;
}

/** `parts`: how many each sum is made of, as many for any number of images, so that it is always added up in the same order. */
export function emitTile(call: Call<Conv2dAttributes>, emitter: Emitter, tile: Tile, parts: number): void {
  const [x, y] = [emitter.input('x'), emitter.output];
  if (parts === 1) {
    emitProducts(call, emitter, tile, 1, { y, layout: image(y), epilogue: optionalEpilogue(call, emitter, x) });
    return;
  }
  const { written } = image(y);
  const layout = imageLayout(call.value.shape, { halo: NO_HALO, block: written });
  const sums = emitter.scratch('parts', { kind: 'packed', elements: 0, elementsPerImage: parts * layout.image });
  emitProducts(call, emitter, tile, parts, { y: sums, layout, epilogue: optionalEpilogue(sumOf(call), emitter, x) });
  const epilogue = optionalEpilogue(call, emitter, sums);
  const step = eachQuad({
    name: 'conv2d_split_sum',
    sources: [sumSource, ...epilogue.sources],
    bind: { parts: sums, y, ...epilogue.bind },
    uniforms: { ...epilogue.uniforms, parts },
  });
  emitter.step({ ...step, uniforms: (n) => ({ ...step.uniforms(n), part_size: n * layout.image }) });
}

function emitProducts(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  tile: Tile,
  parts: number,
  { y, layout, epilogue }: Target,
): void {
  const { pixels, quads } = tile;
  const { filters, outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const order = byTaps(call, image(x).written);
  const products = reductionRows(order);
  const panels = Math.ceil(filters / 4 / quads);
  const count = (n: number) => panels * Math.ceil((outH * outW * n) / pixels);
  const fixed = {
    ...imageUniforms('x', image(x)),
    ...imageUniforms('y', layout),
    ...tapUniforms(call),
    ...epilogue.uniforms,
    panels,
    products,
    part: roundUp(Math.ceil(products / parts), STEP),
    columns: order.columns,
    channels: order.run,
  };
  emitter.step({
    kernel: defineKernel('conv2d_tile', [source, weightQuad, imageText, linearIndex, ...epilogue.sources], {
      constants: { PIXELS: pixels, QUADS: quads, DOWN: tile.down, ACROSS: tile.across },
    }),
    bind: { x, w: packBuffer(call, emitter, order, 4 * quads), y, ...epilogue.bind },
    uniforms: (n) => ({ ...fixed, count: count(n), pixels: outH * outW * n, part_size: n * layout.image }),
    grid: (n) => {
      const [across, down] = linearGrid(count(n), 1);
      return [across, down, parts];
    },
    flops: (n) => 2 * macs * n,
  });
}
