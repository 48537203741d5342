// Convolution by broadcasts in subgroups of eight: for drivers that run on a CPU, above all with weights in a texture.

import { type ImageNeeds, roundUp } from '../../runtime/plan/layout.ts';
import type { Way } from '../late.ts';
import type { Call } from '../op.ts';
import { broadcastLanes } from './broadcast_lanes.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import { emitBroadcast, UNIFORMS, type WeightSource } from './conv2d_broadcast_emit.ts';
import { geometry } from './geometry.ts';
import { byRuns, panelElements, panelsOf, weightTexture } from './pack_texture.ts';
import { ranked } from './speed.ts';

// Of the speed with weights in a texture, as measured on lavapipe: only measuring chooses it, or what no texture can hold.
const STORAGE = 0.6;
// Of few weights, nearly twice as fast as that on lavapipe (Zen 3), but a pipeline more: only measuring chooses it.
const UNIFORM = 0.05;

/** By their candidates' names: tiles of eight pixels and of four, which few pixels fill better, for one pipeline more. */
export const ways = {
  conv2d_broadcast: way(8, 1),
  conv2d_broadcast_4: way(4, 0.7),
  conv2d_broadcast_storage: way(8, STORAGE, 'storage'),
  conv2d_broadcast_uniform: way(8, UNIFORM, 'uniform'),
} as const;

/** `share`: of the speed of tiles of eight pixels, as measured on lavapipe. */
function way(pixels: 4 | 8, share: number, weights: WeightSource = 'texture'): Way<Conv2dAttributes> {
  return {
    suits: (call) => share * suits(call, 8, weights),
    needs,
    emit: (call, emitter) => emitBroadcast(call, emitter, { from: 'buffer', pixels, weights }),
  };
}

/** How a way ranks that is written for so many lanes. */
export function suits(call: Call<Conv2dAttributes>, lanes: 4 | 8, weights: WeightSource): number {
  const { filters, perGroup, channels, kernelH, kernelW } = geometry(call);
  const { groups } = call.attributes;
  if (broadcastLanes(call) !== lanes) return 0;
  if (groups > 1 && (perGroup % lanes || (filters / groups) % 4 || filters % call.block)) return 0;
  const rows = kernelH * kernelW * roundUp(groups > 1 ? perGroup : channels, lanes);
  const numbers = panelElements(call, rows, lanes);
  const { maxStorageBufferBindingSize, maxUniformBufferBindingSize } = call.facts.limits;
  const fits: Readonly<Record<WeightSource, boolean>> = {
    texture: weightTexture(call, groups * panelsOf(call, lanes), rows, lanes) !== null,
    storage: 4 * numbers <= maxStorageBufferBindingSize,
    uniform: numbers <= UNIFORMS && 4 * UNIFORMS <= maxUniformBufferBindingSize,
  };
  return fits[weights] ? ranked(call, 'broadcast', Math.min(1, filters / groups / (4 * lanes))) : 0;
}

/** Zeros around the input as wide as the padding; and few channels without gaps, where a kernel's row is then one run. */
export function needs(call: Call<Conv2dAttributes>): { readonly x: Partial<ImageNeeds> } {
  const [top, left, bottom, right] = call.attributes.padding;
  const { channels, kernelW } = geometry(call);
  const lanes = broadcastLanes(call);
  const run = byRuns(call, channels, lanes).run;
  const tight = call.attributes.dilation[1] === 1 && run < kernelW * roundUp(channels, lanes);
  // A run reads a few floats past the kernel's row, and those must be finite: their weights are zero.
  const past = tight ? Math.ceil((run - kernelW * channels) / channels) : 0;
  return { x: { halo: { top, left, bottom, right: right + past }, ...(tight && { tight: 1 }) } };
}
