// Convolution as a tiled matrix product in workgroup memory: what feeds the arithmetic of a real GPU. Asks for no halo.

import { late } from '../late.ts';
import type { Call, Candidate } from '../op.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import { geometry } from './geometry.ts';
import { pixelsOf, ranked, speed } from './speed.ts';

/** What a workgroup makes, in pixels and in vectors of filters, and its invocations along both. */
export interface Tile {
  readonly pixels: number;
  readonly quads: number;
  readonly down: number;
  readonly across: number;
}

/** Products that a workgroup takes at a time. */
export const STEP = 16;
const LEAST_OF_A_PART = 8 * STEP;
const MOST_PARTS = 16;
// Invocations that keep a GPU busy.
const ENOUGH = 8192;

/** Pixels by filters, how well the arithmetic is fed, and whether sums are split into parts that are added up afterwards. */
const tiles: readonly (readonly [Tile, number, boolean])[] = [
  [{ pixels: 64, quads: 16, down: 8, across: 8 }, 0.9, false],
  [{ pixels: 128, quads: 32, down: 16, across: 16 }, 1, false],
  [{ pixels: 128, quads: 16, down: 16, across: 8 }, 0.95, false],
  [{ pixels: 64, quads: 8, down: 8, across: 8 }, 0.8, false],
  [{ pixels: 32, quads: 8, down: 8, across: 8 }, 0.6, false],
  [{ pixels: 64, quads: 16, down: 8, across: 8 }, 0.8, true],
  [{ pixels: 32, quads: 8, down: 8, across: 8 }, 0.5, true],
];

export const conv2dTiles: readonly Candidate<Conv2dAttributes>[] = tiles.map(([tile, fed, splits]) => {
  const { pixels, quads, down, across } = tile;
  return late(
    {
      name: `conv2d_${splits ? 'split' : 'tile'}_${pixels}x${4 * quads}`,
      suits(call) {
        const { limits } = call.facts;
        const parts = splits ? partsOf(call, tile) : 1;
        if (call.attributes.groups > 1 || limits.maxComputeInvocationsPerWorkgroup < down * across) return 0;
        if (limits.maxComputeWorkgroupStorageSize < 16 * STEP * (pixels / 4 + quads) || parts === 0) return 0;
        const whole = workgroups(call, tile);
        const used = (pixelsOf(call) * geometry(call).filters) / (whole * pixels * 4 * quads);
        const busy = Math.min(1, (parts * whole * down * across) / ENOUGH);
        // However few of them are busy, workgroups wait less often for memory than the other kernels for GPUs.
        return ranked(call, 'tile', (1 + fed * used * busy) / 2);
      },
    },
    (facts) => speed(facts, 'tile') > 1,
    async () => {
      const { emitTile } = await import('./conv2d_tile_emit.ts');
      return { emit: (call, emitter) => emitTile(call, emitter, tile, splits ? partsOf(call, tile) : 1) };
    },
  );
});

function workgroups(call: Call<Conv2dAttributes>, { pixels, quads }: Tile): number {
  return Math.ceil(pixelsOf(call) / pixels) * Math.ceil(geometry(call).filters / 4 / quads);
}

/** Parts of each sum that make enough of few tiles; 0 where there are enough of them, or too few products. */
function partsOf(call: Call<Conv2dAttributes>, tile: Tile): number {
  const { channels, kernelH, kernelW } = geometry(call);
  const most = Math.min(MOST_PARTS, Math.floor((channels * kernelH * kernelW) / LEAST_OF_A_PART));
  const parts = Math.min(most, Math.ceil(ENOUGH / (workgroups(call, tile) * tile.down * tile.across)));
  return parts > 1 ? parts : 0;
}
