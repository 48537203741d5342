// Where place_concat has put the parts of what is concatenated.

import type { Graph } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';
import { imageSize } from '../plan/layout.ts';

/** For every value that lies inside a concatenated one: which, and at which channel. */
export function placedParts(graph: Graph): ReadonlyMap<Value, { root: Value; from: number; channels: number }> {
  const parts = new Map<Value, { root: Value; from: number; channels: number }>();
  for (const root of graph.values) {
    const placed = root.attributes.placed;
    if (root.operator?.name !== 'concat' || !Array.isArray(placed)) continue;
    let from = 0;
    for (const [index, part] of Object.values(root.inputs).entries()) {
      const { channels } = imageSize(part.shape);
      if (placed[index]) parts.set(part, { root, from, channels });
      from += channels;
    }
  }
  return parts;
}
