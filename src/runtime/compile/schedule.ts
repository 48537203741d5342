// Orders a graph whose values write in place: each writes when all that read what was there before are done, and as early as that.

import { GraphError } from '../errors.ts';
import { consumers, type Graph } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';

/** The same graph in that order, which must be its last: other passes order anew. Throws GraphError where there is none. */
export function schedule(graph: Graph): Graph {
  const readers = consumers(graph);
  // Of each value, what must come before it; and of what, in turn, it is waited for.
  const waiting = new Map<Value, number>();
  const waiters = new Map<Value, Value[]>(graph.values.map((value) => [value, []]));
  for (const value of graph.values) {
    const written = value.operator?.writes?.flatMap((key) => value.inputs[key] ?? []) ?? [];
    const before = new Set([...Object.values(value.inputs), ...written.flatMap((variable) => readers.get(variable)!)]);
    before.delete(value);
    waiting.set(value, before.size);
    for (const earlier of before) waiters.get(earlier)!.push(value);
  }
  const values: Value[] = [];
  const done = (value: Value) => {
    const ready = [value];
    for (let next = ready.pop(); next; next = ready.pop()) {
      values.push(next);
      for (const waiter of waiters.get(next)!) {
        const left = waiting.get(waiter)! - 1;
        waiting.set(waiter, left);
        // What writes goes at once, as it frees the gradient it reads; all else keeps its place.
        if (left === 0 && (waiter.operator?.writes || passed.has(waiter))) ready.push(waiter);
      }
    }
  };
  const passed = new Set<Value>();
  for (const value of graph.values) {
    passed.add(value);
    if (waiting.get(value) === 0 && !value.operator?.writes) done(value);
  }
  const stuck = graph.values.find((value) => waiting.get(value)! > 0);
  if (stuck) throw new GraphError('shape_mismatch', `${stuck.operator?.name}(${stuck.name}) writes what it waits for`);
  return { ...graph, values };
}
