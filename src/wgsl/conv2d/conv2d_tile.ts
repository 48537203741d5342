// Convolution as a tiled matrix product in workgroup memory: what feeds the arithmetic of a real GPU. Asks for no halo.

import type { Way } from '../late.ts';
import type { Call } from '../op.ts';
import type { Conv2dAttributes, tileNames } from './conv2d.ts';
import { emitTile, invocations, type Multiplier, STEP, type Tile, tiles, vectors } from './conv2d_tile_emit.ts';
import { geometry } from './geometry.ts';
import { pixelsOf, ranked } from './speed.ts';

type TileName = (typeof tileNames)[number];

const LEAST_OF_A_PART = 8 * STEP;
const MOST_PARTS = 16;

const L: Tile = { pixels: 64, quads: 16, down: 8, across: 16 };
const S: Tile = { pixels: 32, quads: 8, down: 8, across: 8 };

/** By their candidates' names. How well each is fed is as measured on an NVIDIA H100, over ResNets' layers with 1, 8 and 32 images. */
export const ways: Readonly<Record<TileName, Way<Conv2dAttributes>>> = {
  conv2d_tile_64x64: way(L, 1),
  conv2d_tile_64x32: way({ pixels: 64, quads: 8, down: 16, across: 8 }, 0.85),
  conv2d_tile_32x32: way(S, 0.8),
  conv2d_split_64x64: way(L, 0.97, true),
  conv2d_split_32x32: way(S, 0.7, true),
};

/** `fed`: how well the arithmetic is. `splits`: whether sums are made in parts that are added up afterwards. */
function way(tile: Tile, fed: number, splits = false): Way<Conv2dAttributes> {
  return {
    suits(call) {
      const { limits } = call.facts;
      const parts = splits ? partsOf(call, tile) : 1;
      if (call.attributes.groups > 1 || limits.maxComputeInvocationsPerWorkgroup < invocations(tile)) return 0;
      if (limits.maxComputeWorkgroupStorageSize < 2 * 16 * STEP * (tile.pixels / 4 + tile.quads)) return 0;
      return parts === 0 ? 0 : ranked(call, 'tile', (1 + fed * shareOf(call, tile, parts)) / 2);
    },
    emit: (call, emitter) => emitTile(call, emitter, tile, splits ? partsOf(call, tile) : 1),
  };
}

/**
 * The part of a GPU that is kept busy with results, not with what tiles are filled up with. However few of them are busy, workgroups
 * wait less often for memory than the other kernels for GPUs.
 */
export function shareOf(call: Call<Conv2dAttributes>, tile: Tile, parts: number, by: Multiplier = vectors): number {
  const all = tiles(call, tile, imagesOf(call));
  const used = (pixelsOf(call) * geometry(call).filters) / (all * tile.pixels * 4 * tile.quads);
  return used * Math.min(1, (parts * all * invocations(tile, by)) / by.enough);
}

function imagesOf(call: Call<Conv2dAttributes>): number {
  const { outH, outW } = geometry(call);
  return pixelsOf(call) / (outH * outW);
}

/** Parts of each sum that make enough of few tiles; 0 where there are enough of them, or too few products. */
export function partsOf(call: Call<Conv2dAttributes>, tile: Tile, by: Multiplier = vectors): number {
  const { channels, kernelH, kernelW } = geometry(call);
  const most = Math.min(MOST_PARTS, Math.floor((channels * kernelH * kernelW) / LEAST_OF_A_PART));
  const parts = Math.min(most, Math.ceil(by.enough / (tiles(call, tile, imagesOf(call)) * invocations(tile, by))));
  return parts > 1 ? parts : 0;
}
