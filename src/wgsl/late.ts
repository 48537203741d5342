// Kernels that few adapters or few networks want: what chooses them is there at once, what emits them is downloaded where one is wanted.

import type { Value } from '../runtime/graph/value.ts';
import type { AdapterFacts } from '../runtime/plan/facts.ts';
import type { Candidate } from './op.ts';

type Emit<A> = Candidate<A>['emit'];

/** A candidate whose `emit` is in a module of its own; where it is not `wanted`, its `suits` must be less than the plain kernel's 1. */
export function late<A>(
  choice: Omit<Candidate<A>, 'emit' | 'late'>,
  wanted: (facts: AdapterFacts, value: Value) => boolean,
  module: () => Promise<{ readonly emit: Emit<A> }>,
): Candidate<A> {
  let emit: Emit<A> | null = null;
  return {
    ...choice,
    emit(call, emitter) {
      if (!emit) throw new TypeError(`kernel ${choice.name} has not been loaded`);
      emit(call, emitter);
    },
    late: {
      wanted,
      load: async () => {
        ({ emit } = await module());
      },
    },
  };
}
