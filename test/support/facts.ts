// Adapters that are not there, for tests without a device.

import { fakeAdapters } from '../../src/registry/fake_adapters.ts';
import type { AdapterFacts } from '../../src/runtime/plan/facts.ts';

export const { lavapipe, swiftshader, discrete } = fakeAdapters;
export const allFacts = fakeAdapters;

/** An adapter with some limits of its own. */
export function limited(facts: AdapterFacts, limits: Partial<AdapterFacts['limits']>): AdapterFacts {
  return { ...facts, limits: { ...facts.limits, ...limits } };
}
