// Winograd's F(4x4, 3x3) as winograd.ts has it, for real GPUs: the products in tiles in workgroup memory, and no zeros asked of the input.

import { roundUp } from '../../runtime/plan/layout.ts';
import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { STEP, type Tile, tileStep } from '../conv2d/conv2d_tile_emit.ts';
import { geometry } from '../conv2d/geometry.ts';
import putBuffer from '../conv2d/put_buffer.wgsl';
import { ranked } from '../conv2d/speed.ts';
import type { Way } from '../late.ts';
import type { Call, Emitter } from '../op.ts';
import { epilogueOf, optionalEpilogue, sumOf } from '../shared/epilogue.ts';
import { each } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import { tileRow, tiling } from './tiling.ts';
import { domain, eachOfTiles, FORM, POINTS, pointTaps, transformInput } from './winograd_domain.ts';
import filterText from './winograd_tile_filter.wgsl';
import outputText from './winograd_tile_output.wgsl';
import pooledText from './winograd_tile_pooled.wgsl';
import rowsText from './winograd_tile_rows.wgsl';

const TILE: Tile = { pixels: 64, quads: 16, down: 8, across: 16 };
// Transforms move 36 numbers for every 16, which the products must pay for.
const LEAST_CHANNELS = 32;
// Of one image: with fewer, reading four times the weights takes longer than the products that it saves.
const LEAST_TILES = 16;
// Below the plain kernel's rank.
const NOT_CHOSEN = 0.5;

export const winogradTile: Way<Conv2dAttributes> = {
  suits(call) {
    const { stride, dilation, groups } = call.attributes;
    const { kernelH, kernelW, channels, filters, outH, outW } = geometry(call);
    const { maxComputeWorkgroupStorageSize, maxStorageBufferBindingSize } = call.facts.limits;
    if (groups > 1 || kernelH !== 3 || kernelW !== 3 || Math.max(...stride, ...dilation) > 1) return 0;
    if (maxComputeWorkgroupStorageSize < 2 * 16 * STEP * (TILE.pixels / 4 + TILE.quads)) return 0;
    const { tiles } = tiling(geometry(call), FORM);
    if (4 * POINTS * tiles * (Math.max(channels, filters) + call.block) > maxStorageBufferBindingSize) return 0;
    const few = Math.min(channels, filters);
    if (few < LEAST_CHANNELS) return 0;
    const used = (outH * outW) / (16 * tiles);
    const rank = ranked(call, 'winograd_tile', (used * few) / (few + 64));
    // Its rounding is ten times that of the sum itself: where weights learn, enough to turn the signs of a few ReLUs.
    return call.changing?.has('w') || tiles < LEAST_TILES ? Math.min(rank, NOT_CHOSEN) : rank;
  },
  // As of winograd.ts: the points are the same.
  growth: () => 84,
  extraBytes(call) {
    const { channels, filters } = geometry(call);
    return 4 * (POINTS - 9) * channels * filters;
  },
  emit: (call, emitter) => emitWinogradTile(call, emitter, 'whole'),
};

/** How the result is stored. */
const stores = { whole: rowsText, pooled: pooledText } as const;

export function emitWinogradTile(call: Call<Conv2dAttributes>, emitter: Emitter, stored: keyof typeof stores): void {
  const { filters, channels, macs } = geometry(call);
  const tiled = tiling(geometry(call), FORM);
  const { tiles } = tiled;
  const y = image(emitter.output);
  const from = image(emitter.input('x')).written;
  const quads = roundUp(filters, 4 * TILE.quads) / 4;
  const m = domain(emitter, 'm', tiled, y.written);
  const u = emitter.scratch('u', { kind: 'packed', elements: 4 * POINTS * from * quads, elementsPerImage: 0 });
  emitter.step(
    each(
      {
        name: 'winograd_tile_filter',
        sources: [filterText, putBuffer],
        bind: { w: emitter.input('w'), packed: u },
        uniforms: { quads, filters, channels },
      },
      () => from * quads,
    ),
  );
  const v = transformInput(emitter, tiled, call.attributes.padding);
  emitter.step({
    ...tileStep({
      tile: TILE,
      x: v,
      w: u,
      y: m,
      order: { rows: 1, columns: 1, run: from, pixel: from, span: 1 },
      taps: pointTaps,
      // The output transform adds the bias and all that follows.
      epilogue: optionalEpilogue(sumOf(call), emitter, v),
      part: from,
      z: () => POINTS,
      pixels: (n) => n * tiles,
      images: (n) => ({ x: tileRow(channels, n * tiles, from), y: tileRow(filters, n * tiles, y.written) }),
      steps: (n) => ({
        length: from,
        z_from: 0,
        z_x: n * tiles * from,
        z_w: from * quads,
        z_y: n * tiles * y.written,
      }),
    }),
    flops: (n) => 2 * macs * n,
  });
  const epilogue = epilogueOf(call, emitter, 'channel');
  const output = {
    name: 'winograd_tile_output',
    sources: [outputText, stores[stored], ...epilogue.sources],
    bind: { m, y: emitter.output, ...epilogue.bind },
    uniforms: epilogue.uniforms,
  };
  emitter.step(eachOfTiles(output, tiled, y.written));
}
