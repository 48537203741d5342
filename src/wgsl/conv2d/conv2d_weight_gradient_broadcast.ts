// The gradient of a convolution's filters by subgroup broadcasts: the fastest on drivers that run on a CPU, but for few filters.

import { roundUp } from '../../runtime/plan/layout.ts';
import { late } from '../late.ts';
import type { Candidate } from '../op.ts';
import { broadcastLanes } from './conv2d_broadcast.ts';
import type { Conv2dWeightGradientAttributes } from './conv2d_weight_gradient.ts';
import { speed } from './speed.ts';
import { weightGeometry, xNeeds } from './weight_geometry.ts';

export const conv2dWeightGradientBroadcast: Candidate<Conv2dWeightGradientAttributes> = late(
  {
    name: 'conv2d_weight_gradient_broadcast',
    suits(call) {
      const lanes = broadcastLanes(call);
      if (lanes === 0) return 0;
      const { group, size } = weightGeometry(call);
      // Of a tile's filters, and of its weights of each, those that there are.
      const used = (there: number, tile: number) => there / roundUp(there, tile);
      return speed(call.facts, 'broadcast') * used(group, filtersOf(group, lanes)) * used(size, 4 * lanes);
    },
    needs: xNeeds,
  },
  (facts) => speed(facts, 'broadcast') > 0,
  () => import('./conv2d_weight_gradient_broadcast_emit.ts'),
);

/** Filters of a tile, where a group has so many. */
export function filtersOf(group: number, lanes: number): number {
  return group > lanes ? 2 * lanes : lanes;
}
