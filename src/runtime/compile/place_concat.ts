// Lets the values that are concatenated be written straight into the concatenated buffer, so that nothing is copied.

import { consumers, type Graph, rewrite } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';
import { imageSize } from '../plan/layout.ts';

/**
 * Marks, on every concat, which of its parts are written in place; a part may be a concat itself, with what lies in it. A part
 * is not placed where it comes from outside or is a view, is an output, is read as part of another concat, or starts or ends
 * within a vector of `block` channels. Nor is it where one step would then read and write the concatenated buffer, which
 * WebGPU refuses: of two parts of which one is computed from the other only the first is placed, and a part is not placed
 * whose view is a part too, for that one is copied.
 */
export function placeConcat(graph: Graph, block: number): Graph {
  const readers = consumers(graph);
  const outputs = new Set(Object.values(graph.outputs));
  const marks = new Map<Value, boolean[]>();
  const inside = new Map<Value, Set<Value>>();
  for (const concat of graph.values) {
    if (concat.operator?.name !== 'concat') continue;
    const parts = Object.values(concat.inputs);
    const copied = new Set(parts.filter((part) => part.operator?.view).map(memoryOf));
    const mine = new Set<Value>();
    let from = 0;
    const placed = parts.map((part) => {
      const { channels } = imageSize(part.shape);
      const aligned = from % block === 0 && channels % block === 0;
      from += channels;
      const free = part.kind === 'operator' && !part.operator?.view;
      const single = (readers.get(part) ?? []).filter((reader) => reader.operator?.name === 'concat').length === 1;
      if (!(aligned && free && single) || outputs.has(part)) return false;
      const theirs = new Set([part, ...(inside.get(part) ?? [])]);
      if (overlap(copied, theirs) || meet(theirs, mine, marks) || meet(mine, theirs, marks)) return false;
      for (const value of theirs) mine.add(value);
      return true;
    });
    marks.set(concat, placed);
    inside.set(concat, mine);
  }
  return rewrite(graph, (value, before) => {
    const placed = marks.get(before);
    return placed && { ...value, attributes: { ...value.attributes, placed } };
  });
}

/** Whether a step that writes one of the first values reads the memory of one of the others. */
function meet(
  writers: ReadonlySet<Value>,
  others: ReadonlySet<Value>,
  marks: ReadonlyMap<Value, readonly boolean[]>,
): boolean {
  return [...writers].some((writer) => {
    const read = Object.values(writer.inputs).filter((_, index) => !marks.get(writer)?.[index]);
    return overlap(new Set(read.map(memoryOf)), others);
  });
}

function overlap(some: ReadonlySet<Value>, others: ReadonlySet<Value>): boolean {
  return [...some].some((value) => others.has(value));
}

/** The value in whose memory this one lies, as far as views go. Whether a view is one in fact is known only to `lower`. */
function memoryOf(value: Value): Value {
  let owner = value;
  while (owner.operator?.view) {
    const [source] = Object.values(owner.inputs);
    if (!source) break;
    owner = source;
  }
  return owner;
}
