// Applies the operators' own rules for doing less: they stand beside the operators, and come along only with them.

import { type Graph, rewrite } from '../graph/graph.ts';

export function simplify(graph: Graph): Graph {
  return rewrite(graph, (value) => value.operator?.rewrite?.(value));
}
