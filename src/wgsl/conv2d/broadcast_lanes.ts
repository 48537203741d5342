// The subgroups that kernels by broadcasts are written for.

import type { Call } from '../op.ts';

/** Lanes of a subgroup; 0 where the adapter has others or none. */
export function broadcastLanes({ facts: { features, subgroupSize } }: Pick<Call, 'facts'>): number {
  return features.subgroups && (subgroupSize === 4 || subgroupSize === 8) ? subgroupSize : 0;
}
