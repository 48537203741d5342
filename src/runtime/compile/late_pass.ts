// Passes that few networks need: what tells whether is there at once, the pass itself is downloaded where it is wanted.

import type { Graph } from '../graph/graph.ts';
import type { AdapterFacts } from '../plan/facts.ts';

type Pass = (graph: Graph, facts: AdapterFacts) => Graph;

export interface LatePass {
  /** Whether the pass would change this graph; to be asked of the graph as the model built it. */
  wanted(graph: Graph, facts: AdapterFacts): boolean;
  load(): Promise<void>;
  /** Throws TypeError where it is wanted and has not been loaded. */
  readonly run: Pass;
}

export function latePass(wanted: LatePass['wanted'], module: () => Promise<Pass>): LatePass {
  let pass: Pass | null = null;
  return {
    wanted,
    load: async () => {
      pass = await module();
    },
    run(graph, facts) {
      if (pass) return pass(graph, facts);
      if (wanted(graph, facts)) throw new TypeError('a pass has not been loaded');
      return graph;
    },
  };
}
