// 3x3 convolution by Winograd's minimal filtering F(4x4, 3x3): 36 products for 16 pixels where the definition takes 144.
//
// A. Lavin, S. Gray: Fast Algorithms for Convolutional Neural Networks, 2015, arXiv:1509.09308, section 4. The points are
// 0, +-3/4, +-3/2 and infinity, not the paper's 0, +-1, +-2: their powers are as exact, and half as much error is amplified
// (why points matter: B. Barabasz et al., 2018, arXiv:1803.10986).

import { roundUp, type TextureLayout } from '../../runtime/plan/layout.ts';
import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { broadcastLanes } from '../conv2d/conv2d_broadcast.ts';
import { geometry } from '../conv2d/geometry.ts';
import { panelsOf, weightTexture } from '../conv2d/pack_weights.ts';
import { ranked, speed } from '../conv2d/speed.ts';
import { late } from '../late.ts';
import type { Call, Candidate } from '../op.ts';

const TILE = 4;
// Below the plain kernel's rank.
const NOT_CHOSEN = 0.5;
export const SIDE = 6;
export const POINTS = SIDE * SIDE;
/** The largest of |A^T| (|G| 1 |G^T| * |B^T| 1 |B|) |A| over the nine products of the definition; a test works it out. */
export const GROWTH = 84;

interface Tiling {
  readonly tilesH: number;
  readonly tilesW: number;
  readonly tiles: number;
}

export const winograd: Candidate<Conv2dAttributes> = late(
  {
    name: 'winograd',
    growth: GROWTH,
    suits(call) {
      const { stride, dilation, groups } = call.attributes;
      const { kernelH, kernelW, channels, filters, outH, outW } = geometry(call);
      if (broadcastLanes(call) === 0 || groups !== 1 || kernelH !== 3 || kernelW !== 3) return 0;
      if (Math.max(...stride, ...dilation) > 1) return 0;
      if (!filterTexture(call, roundUp(channels, call.block))) return 0;
      const { tiles } = tiling(call);
      const most = 4 * POINTS * tiles * (Math.max(channels, filters) + call.block);
      if (most > call.facts.limits.maxStorageBufferBindingSize) return 0;
      // Tiles past the edge are computed for nothing, and the transforms cost as much as the products of 32 channels.
      const used = (outH * outW) / (TILE * TILE * tiles);
      const few = Math.min(channels, filters);
      const rank = few < 8 ? 0 : ranked(call, 'winograd', (used * few) / (few + 16));
      // Its rounding is ten times that of the sum itself: where weights learn, enough to turn the signs of a few ReLUs.
      return call.changing?.has('w') ? Math.min(rank, NOT_CHOSEN) : rank;
    },
    extraBytes(call) {
      const { channels, filters } = geometry(call);
      return 4 * (POINTS - 9) * channels * filters;
    },
    needs(call) {
      const [top, left, bottom, right] = call.attributes.padding;
      const { height, width } = geometry(call);
      const { tilesH, tilesW } = tiling(call);
      // The last tile reaches past the padding, and what it reads there must be zero: it is mixed into pixels that count.
      const past = (tiles: number, before: number, size: number) => tiles * TILE + SIDE - TILE - before - size;
      const halo = {
        top,
        left,
        bottom: Math.max(bottom, past(tilesH, top, height)),
        right: Math.max(right, past(tilesW, left, width)),
      };
      return { x: { halo } };
    },
  },
  (facts) => speed(facts, 'winograd') > 0,
  () => import('./winograd_emit.ts'),
);

export function tiling(call: Call<Conv2dAttributes>): Tiling {
  const { outH, outW } = geometry(call);
  const tilesH = Math.ceil(outH / TILE);
  const tilesW = Math.ceil(outW / TILE);
  return { tilesH, tilesW, tiles: tilesH * tilesW };
}

export function filterTexture(call: Call<Conv2dAttributes>, rows: number): TextureLayout | null {
  const lanes = broadcastLanes(call);
  return weightTexture(call, POINTS * panelsOf(call, lanes), rows, lanes);
}
