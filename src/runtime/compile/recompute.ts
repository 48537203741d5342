// Trades time for memory: what the backward pass reads of the forward pass is computed again just before, not kept until then.
//
// T. Chen et al.: Training Deep Nets with Sublinear Memory Cost, 2016, arXiv:1604.06174, section 4.

import { type Graph, rewrite } from '../graph/graph.ts';
import { hasBatch, type Value } from '../graph/value.ts';

/** What is kept: everything, or all sums of products, or every so many of these. */
export type Keep = 'all' | { readonly everyProduct: number };

// Their results cost most to make again.
const products = new Set(['conv2d', 'linear']);

/**
 * The same graph, whose values outside `forward` read copies of the forward values that are not kept; a copy is made of copies, down
 * to values that are. The same numbers come out, bit for bit.
 */
export function recompute(graph: Graph, forward: ReadonlySet<Value>, keep: Keep): Graph {
  if (keep === 'all') return graph;
  const kept = keptValues(graph, forward, keep.everyProduct);
  const copies = new Map<Value, Value>();
  const copyOf = (value: Value): Value => {
    // An explicit stack would be longer than a chain between two kept values ever is.
    const known = kept.has(value) ? value : copies.get(value);
    if (known) return known;
    const inputs = Object.fromEntries(Object.entries(value.inputs).map(([key, input]) => [key, copyOf(input)]));
    const copy = { ...value, inputs };
    copies.set(value, copy);
    return copy;
  };
  return rewrite(graph, (value, before) => {
    if (forward.has(before) || before.kind !== 'operator') return undefined;
    const entries = Object.entries(before.inputs).map(([key, input]): [string, Value] => [
      key,
      forward.has(input) ? copyOf(input) : value.inputs[key]!,
    ]);
    return { ...value, inputs: Object.fromEntries(entries) };
  });
}

/** Ends of the graph, what has no batch (weights, statistics: small), and every so many of the products. */
function keptValues(graph: Graph, forward: ReadonlySet<Value>, everyProduct: number): ReadonlySet<Value> {
  const kept = new Set<Value>(Object.values(graph.outputs));
  let count = 0;
  for (const value of graph.values) {
    if (!forward.has(value)) continue;
    const product = products.has(value.operator?.name ?? '');
    if (value.kind !== 'operator' || !hasBatch(value) || (product && count++ % everyProduct === 0)) kept.add(value);
  }
  return kept;
}
