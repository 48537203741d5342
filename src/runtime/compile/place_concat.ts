// Lets the values that are concatenated be written straight into the concatenated buffer, so that nothing is copied.

import { consumers, type Graph, rewrite } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';
import { imageSize } from '../plan/layout.ts';

/**
 * Marks, on every concat, which of its parts are written in place. A part is not, where it comes from outside or is a view,
 * is an output, is read as part of another concat, starts or ends within a vector of `block` channels, or is computed
 * from memory of the same buffer.
 */
export function placeConcat(graph: Graph, block: number): Graph {
  const readers = consumers(graph);
  const outputs = new Set(Object.values(graph.outputs));
  const taken = new Set<Value>();
  const marks = new Map<Value, boolean[]>();
  for (const concat of graph.values) {
    if (concat.operator?.name !== 'concat') continue;
    const mine = new Set<Value>();
    let from = 0;
    const placed = Object.values(concat.inputs).map((part) => {
      const { channels } = imageSize(part.shape);
      const aligned = from % block === 0 && channels % block === 0;
      from += channels;
      const free = part.kind === 'operator' && !part.operator?.view && part.operator?.name !== 'concat';
      const clear = !Object.values(part.inputs).some((input) => mine.has(input));
      const single = (readers.get(part) ?? []).filter((reader) => reader.operator?.name === 'concat').length === 1;
      if (!(aligned && free && clear && single) || outputs.has(part) || taken.has(part)) return false;
      taken.add(part);
      mine.add(part);
      return true;
    });
    marks.set(concat, placed);
  }
  return rewrite(graph, (value, before) => {
    const placed = marks.get(before);
    return placed && { ...value, attributes: { ...value.attributes, placed } };
  });
}

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
