// The gradient of a convolution's filters by subgroup broadcasts: the fastest on drivers that run on a CPU, but for few filters.

import { roundUp } from '../../runtime/plan/layout.ts';
import type { Call } from '../op.ts';
import { broadcastLanes } from './broadcast_lanes.ts';
import type { Conv2dWeightGradientAttributes } from './conv2d_weight_gradient.ts';
import { filtersOf } from './conv2d_weight_gradient_broadcast_emit.ts';
import { speed } from './speed.ts';
import { weightGeometry } from './weight_geometry.ts';

export { emit } from './conv2d_weight_gradient_broadcast_emit.ts';
export { xNeeds as needs } from './weight_geometry.ts';

export function suits(call: Call<Conv2dWeightGradientAttributes>): number {
  const lanes = broadcastLanes(call);
  if (lanes === 0) return 0;
  const { group, size } = weightGeometry(call);
  // Of a tile's filters, and of its weights of each, those that there are.
  const used = (there: number, tile: number) => there / roundUp(there, tile);
  return speed(call.facts, 'broadcast') * used(group, filtersOf(group, lanes)) * used(size, 4 * lanes);
}
