// 3x3 convolution by Winograd's minimal filtering: F(4x4, 3x3) takes 36 products for 16 pixels where the definition takes 144,
// and F(2x2, 3x3) 16 for 4 where that takes 36, with 16/9 of the weights' memory in the place of 4 times.
//
// A. Lavin, S. Gray: Fast Algorithms for Convolutional Neural Networks, 2015, arXiv:1509.09308, section 4. The points of F(4x4) are
// 0, +-3/4, +-3/2 and infinity, not the paper's 0, +-1, +-2: their powers are as exact, and half as much error is amplified
// (why points matter: B. Barabasz et al., 2018, arXiv:1803.10986). Those of F(2x2) are 0, +-1 and infinity.

import { type ImageNeeds, roundUp } from '../../runtime/plan/layout.ts';
import { broadcastLanes, readsTexels } from '../conv2d/broadcast_lanes.ts';
import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { geometry } from '../conv2d/geometry.ts';
import { ranked } from '../conv2d/speed.ts';
import type { Way } from '../late.ts';
import type { Call } from '../op.ts';
import { type Form, filterLayout, tiling } from './tiling.ts';
import { emitWinograd } from './winograd_emit.ts';

// Of products in tiles of sixteen pixels, as measured. F(2x2) loses to its transforms what it gains, and so few tiles fill none.
const TEXELS_GAIN = 1.4;
const FEW_TILES = 4;

// Below the plain kernel's rank.
const NOT_CHOSEN = 0.5;
/** The largest of |A^T| (|G| 1 |G^T| * |B^T| 1 |B|) |A| over the nine products of the definition; a test works it out. */
export const growth = { winograd: 84, winograd_2x2: 7.2 } as const;

/** F(4x4, 3x3) and F(2x2, 3x3), by their candidates' names. */
export const ways = {
  winograd: way('winograd', { made: 4, side: 6 }),
  winograd_2x2: way('winograd_2x2', { made: 2, side: 4 }),
} as const;

function way(name: 'winograd' | 'winograd_2x2', form: Form): Way<Conv2dAttributes> {
  return {
    suits: (call) => suits(call, name, form),
    needs: (call) => ({ x: imageNeeds(call, form) }),
    growth: () => growth[name],
    extraBytes(call) {
      const { channels, filters } = geometry(call);
      const copied = readsTexels(call) ? tiling(geometry(call), form).tiles * Math.max(channels, filters) : 0;
      return 4 * ((form.side ** 2 - 9) * channels * filters + form.side ** 2 * copied);
    },
    emit: (call, emitter) => emitWinograd(call, emitter, form),
  };
}

function suits(call: Call<Conv2dAttributes>, name: 'winograd' | 'winograd_2x2', form: Form): number {
  const { made, side } = form;
  const { stride, dilation, groups } = call.attributes;
  const { kernelH, kernelW, channels, filters, outH, outW } = geometry(call);
  if (broadcastLanes(call) === 0 || groups !== 1 || kernelH !== 3 || kernelW !== 3) return 0;
  if (Math.max(...stride, ...dilation) > 1) return 0;
  if (!filterLayout(call, form, roundUp(channels, call.block))) return 0;
  const { tiles } = tiling(geometry(call), form);
  const most = 4 * side * side * tiles * (Math.max(channels, filters) + call.block);
  if (most > call.facts.limits.maxStorageBufferBindingSize) return 0;
  // Tiles past the edge are computed for nothing, and the transforms cost as much as the products of 32 channels.
  const used = (outH * outW) / (made * made * tiles);
  const few = Math.min(channels, filters);
  const gain = made === 4 ? gainOfFour(call, tiles) : 1;
  const rank = few < 8 ? 0 : ranked(call, name, (gain * used * few) / (few + 32));
  // Its rounding is ten times that of the sum itself: where weights learn, enough to turn the signs of a few ReLUs.
  return call.changing?.has('w') ? Math.min(rank, NOT_CHOSEN) : rank;
}

function gainOfFour(call: Call<Conv2dAttributes>, tiles: number): number {
  if (tiles <= FEW_TILES) return 1 / TEXELS_GAIN;
  return readsTexels(call) ? TEXELS_GAIN : 1;
}

function imageNeeds(call: Call<Conv2dAttributes>, form: Form): Partial<ImageNeeds> {
  const [top, left, bottom, right] = call.attributes.padding;
  const { height, width } = geometry(call);
  const { tilesH, tilesW } = tiling(geometry(call), form);
  // The last tile reaches past the padding, and what it reads there must be zero: it is mixed into pixels that count.
  const past = (tiles: number, before: number, size: number) =>
    tiles * form.made + form.side - form.made - before - size;
  return {
    halo: {
      top,
      left,
      bottom: Math.max(bottom, past(tilesH, top, height)),
      right: Math.max(right, past(tilesW, left, width)),
    },
  };
}
