// Which weights are larger than one binding may be, once a kernel has packed them.

import { atBatch, elementCount, type Shape } from '../graph/value.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import { roundUp } from '../plan/layout.ts';

/** A multiple of every kernel's panel of output channels: parts of so many are not padded. */
export const GRAIN = 64;

/** Bytes. */
export function largestWeight({ limits }: AdapterFacts): number {
  return Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
}

/** Packing pads both kinds of channels. */
export function packedBytes([filters = 1, channels = 1, ...kernel]: Shape): number {
  return 4 * roundUp(atBatch(filters, 1), GRAIN) * roundUp(atBatch(channels, 1), 8) * elementCount(kernel);
}
