// Takes out what does nothing at inference: dropout, flattening of what is flat. What nobody reads falls out by itself.

import { type Graph, rewrite } from '../graph/graph.ts';

export function removeDead(graph: Graph): Graph {
  return rewrite(graph, ({ operator, inputs }) => {
    const idle = operator?.name === 'dropout' || (operator?.name === 'flatten' && inputs.x?.shape.length === 2);
    return idle ? inputs.x : undefined;
  });
}
