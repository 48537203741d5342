// The immutable graph: values in an order in which each comes after its inputs. Passes make new graphs of old ones.

import type { Value } from './value.ts';

export interface Graph {
  readonly outputs: Readonly<Record<string, Value>>;
  /** Values that are computed for what they write in place (`Operator.writes`): a training step's new weights. */
  readonly effects: readonly Value[];
  /** Every value the outputs and effects need, each after its inputs. */
  readonly values: readonly Value[];
}

/** The graph of everything the outputs and effects depend on, in the order of a depth-first walk. */
export function graphOf(outputs: Readonly<Record<string, Value>>, effects: readonly Value[] = []): Graph {
  const order = new Set<Value>();
  // An explicit stack: a network of a thousand layers is a chain of a thousand calls otherwise.
  const stack: { value: Value; rest: Value[] }[] = [];
  const visit = (value: Value) => {
    if (!order.has(value)) stack.push({ value, rest: Object.values(value.inputs) });
  };
  for (const end of [...Object.values(outputs), ...effects]) {
    visit(end);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.rest.shift();
      if (next) visit(next);
      else {
        order.add(top.value);
        stack.pop();
      }
    }
  }
  return { outputs, effects, values: [...order] };
}

/**
 * A new graph in which `rule` may replace each operator's value. The rule sees the value with its inputs already replaced
 * and the value as it stood before; it returns a value, or undefined to keep it.
 */
export function rewrite(graph: Graph, rule: (value: Value, before: Value) => Value | undefined): Graph {
  const replaced = new Map<Value, Value>();
  for (const before of graph.values) {
    const entries = Object.entries(before.inputs);
    const changed = entries.some(([, input]) => replaced.get(input) !== input);
    const value = changed
      ? { ...before, inputs: Object.fromEntries(entries.map(([key, input]) => [key, replaced.get(input) ?? input])) }
      : before;
    replaced.set(before, rule(value, before) ?? value);
  }
  const after = (value: Value) => replaced.get(value) ?? value;
  const outputs = Object.entries(graph.outputs).map(([key, value]) => [key, after(value)]);
  return graphOf(Object.fromEntries(outputs), graph.effects.map(after));
}

/** Which values read each value, in the graph's order; a value that is read twice by one operator is listed twice. */
export function consumers(graph: Graph): ReadonlyMap<Value, readonly Value[]> {
  const readers = new Map<Value, Value[]>(graph.values.map((value) => [value, []]));
  for (const value of graph.values) for (const input of Object.values(value.inputs)) readers.get(input)?.push(value);
  return readers;
}
