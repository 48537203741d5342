// Convolution to few filters by subgroup broadcasts, on drivers that run on a CPU: what the panels of conv2d_broadcast are too wide for.

import { roundUp } from '../../runtime/plan/layout.ts';
import { late } from '../late.ts';
import type { Candidate } from '../op.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import { broadcastLanes } from './conv2d_broadcast.ts';
import { geometry } from './geometry.ts';
import { speed } from './speed.ts';

// Images of fewer pixels would leave most of a tile's empty.
const FEW_PIXELS = 16;

export const conv2dNarrow: Candidate<Conv2dAttributes> = late(
  {
    name: 'conv2d_narrow',
    suits(call) {
      const lanes = broadcastLanes(call);
      const { filters, outH, outW } = geometry(call);
      if (lanes === 0 || call.attributes.groups > 1 || outH * outW < FEW_PIXELS) return 0;
      return (speed(call.facts, 'narrow') * filters) / roundUp(filters, narrowFilters(filters, lanes));
    },
    needs({ attributes: { padding } }) {
      const [top, left, bottom, right] = padding;
      return { x: { halo: { top, left, bottom, right }, tight: true } };
    },
  },
  (facts) => speed(facts, 'narrow') > 0,
  () => import('./conv2d_narrow_emit.ts'),
);

/** Filters of a tile: those of one subgroup, or twice as many where there are more. */
export function narrowFilters(filters: number, lanes: number): number {
  return filters > lanes ? 2 * lanes : lanes;
}
