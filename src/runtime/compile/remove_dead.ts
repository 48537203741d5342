// Takes out what does nothing at inference: dropout, stochastic depth, flattening of what is flat. What nobody reads falls out by itself.

import { type Graph, rewrite } from '../graph/graph.ts';

const idleOperators = new Set(['dropout', 'stochastic_depth']);

export function removeDead(graph: Graph): Graph {
  return rewrite(graph, ({ operator, inputs }) => {
    const idle =
      idleOperators.has(operator?.name ?? '') || (operator?.name === 'flatten' && inputs.x?.shape.length === 2);
    return idle ? inputs.x : undefined;
  });
}
