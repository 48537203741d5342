// Convolution to few filters by subgroup broadcasts, on drivers that run on a CPU: what the panels of conv2d_broadcast are too wide for.

import type { AdapterFacts } from '../../runtime/plan/facts.ts';
import { roundUp } from '../../runtime/plan/layout.ts';
import { late } from '../late.ts';
import type { Candidate } from '../op.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import { broadcastLanes } from './conv2d_broadcast.ts';
import { geometry } from './geometry.ts';
import { pixelsOf, ranked, speed } from './speed.ts';

const choice: Omit<Candidate<Conv2dAttributes>, 'emit' | 'late'> = {
  name: 'conv2d_narrow',
  suits(call) {
    const lanes = broadcastLanes(call);
    if (lanes === 0 || call.attributes.groups > 1) return 0;
    const { filters } = geometry(call);
    const used = filters / roundUp(filters, narrowFilters(filters, lanes));
    return ranked(call, 'narrow', used * Math.min(1, pixelsOf(call) / (4 * lanes)));
  },
  needs({ attributes: { padding } }) {
    const [top, left, bottom, right] = padding;
    return { x: { halo: { top, left, bottom, right }, tight: true } };
  },
};

const wanted = (facts: AdapterFacts) => speed(facts, 'narrow') > 0;

export const conv2dNarrow = late(choice, wanted, () => import('./conv2d_narrow_emit.ts'));

/** For filters whose inputs and outputs change places: its `emit` is to be given them as they were before. */
export const conv2dNarrowTransposed = late(choice, wanted, () => import('./conv2d_narrow_transposed_emit.ts'));

/** Filters of a tile: those of one subgroup, or twice as many where there are more. */
export function narrowFilters(filters: number, lanes: number): number {
  return filters > lanes ? 2 * lanes : lanes;
}
