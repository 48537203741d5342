// Lets a concatenation that begins with all parts of a shorter one take that one in their place, so that they can share memory.

import { type Graph, rewrite } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';

interface Known {
  readonly parts: readonly Value[];
  readonly value: Value;
}

/**
 * concat(a, b) and concat(a, b, c) become x = concat(a, b) and concat(x, c): a densely connected network is full of them.
 * Of those that come before it in the graph, a concatenation takes the longest.
 */
export function nestConcat(graph: Graph): Graph {
  const byLastPart = new Map<Value, Known[]>();
  return rewrite(graph, (value, before) => {
    if (before.operator?.name !== 'concat') return undefined;
    const parts = Object.values(before.inputs);
    const first = beginning(parts, byLastPart);
    const rest = Object.values(value.inputs).slice(first?.parts.length);
    const nested = first ? { ...value, inputs: Object.fromEntries([first.value, ...rest].entries()) } : value;
    const last = parts.at(-1);
    if (last) byLastPart.set(last, [...(byLastPart.get(last) ?? []), { parts, value: nested }]);
    return nested;
  });
}

/** The longest known concatenation of fewer parts that these begin with. */
function beginning(parts: readonly Value[], byLastPart: ReadonlyMap<Value, readonly Known[]>): Known | undefined {
  for (const [index, part] of [...parts.entries()].slice(0, -1).reverse()) {
    const ends = byLastPart.get(part) ?? [];
    const found = ends.find((known) => known.parts.length === index + 1 && known.parts.every((p, i) => p === parts[i]));
    if (found) return found;
  }
  return undefined;
}
