// The subgroups that kernels by broadcasts are written for.

import { TEXEL_ROW_BYTES } from '../../runtime/plan/layout.ts';
import type { Call } from '../op.ts';

/** Lanes of a subgroup; 0 where the adapter has others or none. */
export function broadcastLanes({ facts: { features, subgroupSize } }: Pick<Call, 'facts'>): number {
  return features.subgroups && (subgroupSize === 4 || subgroupSize === 8) ? subgroupSize : 0;
}

/**
 * Whether kernels by broadcasts read what they multiply from copies as texels: twice as fast in Mesa's driver for CPUs, whose subgroups
 * are the width of its vectors, and nothing gained in subgroups of four, where a load is not that dear.
 */
export function readsTexels(call: Pick<Call, 'facts'>): boolean {
  const { fallback, features, limits } = call.facts;
  const bytes = TEXEL_ROW_BYTES * limits.maxTextureDimension2D;
  return fallback && features.texels && broadcastLanes(call) === 8 && limits.maxStorageBufferBindingSize <= bytes;
}
