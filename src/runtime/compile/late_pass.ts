// Passes that few networks or adapters need: what tells whether is there at once, the pass itself is downloaded where it is wanted.

import type { AdapterFacts } from '../plan/facts.ts';

/** What is changed (a graph, say), the adapter, what else there is to know. */
type Pass<T, More extends unknown[]> = (before: T, facts: AdapterFacts, ...more: More) => T;

export interface LatePass<T, More extends unknown[] = []> {
  /** Whether the pass would change this; to be asked of a graph as the model built it. */
  wanted(...given: Parameters<Pass<T, More>>): boolean;
  load(): Promise<void>;
  /** Throws TypeError where it is wanted and has not been loaded. */
  readonly run: Pass<T, More>;
}

export function latePass<T, More extends unknown[] = []>(
  wanted: LatePass<T, More>['wanted'],
  module: () => Promise<Pass<T, More>>,
): LatePass<T, More> {
  let pass: Pass<T, More> | null = null;
  return {
    wanted,
    load: async () => {
      pass = await module();
    },
    run(...given) {
      if (pass) return pass(...given);
      if (wanted(...given)) throw new TypeError('a pass has not been loaded');
      return given[0];
    },
  };
}
