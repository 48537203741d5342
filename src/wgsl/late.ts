// Kernels that few adapters or few networks want: their names are there at once, the rest is downloaded where one is wanted.

import type { Value } from '../runtime/graph/value.ts';
import type { AdapterFacts } from '../runtime/plan/facts.ts';
import type { Candidate } from './op.ts';

/** A candidate but for its name: what its module exports. */
export type Way<A> = Pick<Candidate<A>, 'suits' | 'needs' | 'growth' | 'extraBytes' | 'emit'>;

/**
 * A candidate whose way of computing is in a module of its own. Until `late.load` has been awaited it serves no call. Where it is not
 * `wanted`, its `suits` must be less than the plain kernel's 1: what is chosen may not depend on what has been loaded.
 */
export function late<A>(
  name: string,
  wanted: (facts: AdapterFacts, value: Value) => boolean,
  module: () => Promise<Way<A>>,
): Candidate<A> {
  let way: Way<A> | null = null;
  return {
    name,
    suits(call) {
      if (!way && wanted(call.facts, call.value)) throw new TypeError(`kernel ${name} has not been loaded`);
      return way?.suits(call) ?? 0;
    },
    needs: (call) => way?.needs?.(call) ?? {},
    growth: () => way?.growth?.() ?? 0,
    extraBytes: (call) => way?.extraBytes?.(call) ?? 0,
    emit(call, emitter) {
      if (!way) throw new TypeError(`kernel ${name} has not been loaded`);
      way.emit(call, emitter);
    },
    late: {
      wanted,
      load: async () => {
        way = await module();
      },
    },
  };
}

/** Whether a CPU plays the GPU. */
export function onCpu({ fallback }: AdapterFacts): boolean {
  return fallback;
}
