// Convolution by subgroup broadcasts of what is copied as texels before each run: the fastest by far in Mesa's driver for CPUs.

import { type ImageNeeds, roundUp } from '../../runtime/plan/layout.ts';
import type { Way } from '../late.ts';
import type { Call } from '../op.ts';
import { texelBytes } from '../shared/texels.ts';
import { broadcastLanes, readsTexels } from './broadcast_lanes.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import { emitBroadcast } from './conv2d_broadcast_emit.ts';
import { geometry } from './geometry.ts';
import { panelsOf, weightTexture } from './pack_texture.ts';
import { pixelsOf, ranked } from './speed.ts';

/** By their candidates' names: tiles of sixteen pixels, and of four, which few pixels fill better. */
export const ways = {
  conv2d_texels: way(16, 1),
  conv2d_texels_4: way(4, 0.7),
} as const;

// What is read at once: a texel by each lane that reads a pixel.
const channelsRead = { 16: 4, 4: 8 } as const;

/** `share`: of the speed of tiles of sixteen pixels, as measured on lavapipe. */
function way(pixels: 4 | 16, share: number): Way<Conv2dAttributes> {
  return {
    suits: (call) => share * suits(call, pixels),
    needs: (call) => needs(call, pixels),
    extraBytes: texelBytes,
    emit: (call, emitter) => emitBroadcast(call, emitter, { from: 'texels', pixels }),
  };
}

function suits(call: Call<Conv2dAttributes>, tile: 4 | 16): number {
  if (!readsTexels(call)) return 0;
  const lanes = broadcastLanes(call);
  const { filters, perGroup, channels, kernelH, kernelW } = geometry(call);
  const { groups } = call.attributes;
  if (groups > 1 && (perGroup % channelsRead[tile] || (filters / groups) % 4 || filters % call.block)) return 0;
  const read = groups > 1 ? perGroup : roundUp(channels, blockOf(call, tile));
  if (read % channelsRead[tile]) return 0;
  if (!weightTexture(call, groups * panelsOf(call, lanes), kernelH * kernelW * read, lanes)) return 0;
  const pixels = pixelsOf({ value: call.value });
  // Beside conv2d_broadcast, which ranks by tiles of eight pixels and for whole lanes of channels.
  const used = (roundUp(pixels, 8) / roundUp(pixels, tile)) * (perGroup / read);
  return ranked(call, 'texels', used * Math.min(1, filters / groups / (4 * lanes)));
}

/** Zeros around the input as wide as the padding. */
function needs(call: Call<Conv2dAttributes>, tile: 4 | 16): { readonly x: Partial<ImageNeeds> } {
  const [top, left, bottom, right] = call.attributes.padding;
  return { x: { halo: { top, left, bottom, right }, tight: blockOf(call, tile) } };
}

/** What channels are padded to: no more than is read at once where nothing else reads the network's input, as gradients do. */
function blockOf({ inputs: { x }, changing, block }: Call<Conv2dAttributes>, tile: 4 | 16): number {
  return x?.kind === 'input' && !changing?.has('w') ? channelsRead[tile] : block;
}
