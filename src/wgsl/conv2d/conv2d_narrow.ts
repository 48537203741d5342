// Convolution to few filters by subgroup broadcasts, on drivers that run on a CPU: what the panels of conv2d_broadcast are too wide for.

import { type ImageNeeds, roundUp } from '../../runtime/plan/layout.ts';
import type { Call } from '../op.ts';
import { broadcastLanes } from './broadcast_lanes.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import { narrowFilters } from './conv2d_narrow_emit.ts';
import { geometry } from './geometry.ts';
import { pixelsOf, ranked } from './speed.ts';

export { emit } from './conv2d_narrow_emit.ts';

export function suits(call: Call<Conv2dAttributes>): number {
  const lanes = broadcastLanes(call);
  if (lanes === 0 || call.attributes.groups > 1) return 0;
  const { filters } = geometry(call);
  const used = filters / roundUp(filters, narrowFilters(filters, lanes));
  return ranked(call, 'narrow', used * Math.min(1, pixelsOf(call) / (4 * lanes)));
}

export function needs({ attributes: { padding } }: Call<Conv2dAttributes>): { readonly x: Partial<ImageNeeds> } {
  const [top, left, bottom, right] = padding;
  return { x: { halo: { top, left, bottom, right }, tight: 1 } };
}
