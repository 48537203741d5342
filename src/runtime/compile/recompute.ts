// Trades time for memory: what the backward pass reads of the forward pass is computed again just before, not kept until then.
//
// T. Chen et al.: Training Deep Nets with Sublinear Memory Cost, 2016, arXiv:1604.06174, section 4.

import { type Graph, rewrite } from '../graph/graph.ts';
import { hasBatch, type Value } from '../graph/value.ts';

/**
 * What is kept: everything; what costs most to make, so that activations and norms are made again; or every so many of the places that
 * all later values follow from, so that all between them is.
 */
export type Keep = 'all' | 'products' | { readonly everyCut: number };

const products = new Set(['conv2d', 'linear']);
// A concatenation lies where its parts were made, and they are kept.
const costly = new Set([...products, 'concat']);

/**
 * The same graph, whose values outside `forward` read copies of the forward values that are not kept; a copy is made of copies, down
 * to values that are. The same numbers come out, bit for bit.
 */
export function recompute(graph: Graph, forward: ReadonlySet<Value>, keep: Keep): Graph {
  if (keep === 'all') return graph;
  const kept = keptValues(graph, forward, keep);
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

/** Ends of the graph, and what has no batch (weights, statistics: small), beside what `keep` says. */
function keptValues(graph: Graph, forward: ReadonlySet<Value>, keep: Exclude<Keep, 'all'>): ReadonlySet<Value> {
  const kept = new Set<Value>(Object.values(graph.outputs));
  const values = graph.values.filter((value) => forward.has(value));
  for (const value of values) if (value.kind !== 'operator' || !hasBatch(value)) kept.add(value);
  const cuts = cutsOf(values);
  if (keep === 'products') {
    for (const value of values) if (costly.has(value.operator?.name ?? '')) kept.add(value);
    for (const cut of cuts) kept.add(cut);
  } else for (const [i, cut] of cuts.entries()) if (i % keep.everyCut === 0) kept.add(cut);
  return kept;
}

/**
 * Values that everything later follows from, no path leading past them: sums of products, and where a network comes together
 * again, such as the end of a residual block. From one to the next, copies need nothing of before.
 */
function cutsOf(values: readonly Value[]): Value[] {
  const activations = values.filter((value) => value.kind === 'operator' && hasBatch(value));
  const places = new Map(activations.map((value, place) => [value, place]));
  const readers = activations.map(() => 0);
  const last = activations.map((_, place) => place);
  for (const [place, value] of activations.entries())
    for (const input of new Set(Object.values(value.inputs))) {
      const from = places.get(input);
      if (from === undefined) continue;
      readers[from]!++;
      last[from] = place;
    }
  let reach = 0;
  return activations.filter((value, place) => {
    const alone = reach <= place;
    reach = Math.max(reach, last[place]!);
    return alone && (readers[place]! > 1 || products.has(value.operator?.name ?? ''));
  });
}
