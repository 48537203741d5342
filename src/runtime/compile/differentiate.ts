// Reverse-mode differentiation: the gradients of a graph's values as nodes of the same graph, to be fused and planned like any others.
//
// A. Griewank, A. Walther: Evaluating Derivatives, 2008, section 3.2. The rule of each operator stands beside it (gradients.ts).

import { add } from '../../wgsl/elementwise/elementwise.ts';
import { gradients } from '../../wgsl/gradients.ts';
import { addRows } from '../../wgsl/reduce/add_rows.ts';
import { joinSlices } from '../../wgsl/slice/slice_gradient.ts';
import { GraphError } from '../errors.ts';
import { graphOf } from '../graph/graph.ts';
import { formatShape, hasBatch, sameShape, type Value } from '../graph/value.ts';

/** A value whose gradient is known, and that gradient, of its shape. */
export interface Seed {
  readonly of: Value;
  readonly gradient: Value;
}

/**
 * The gradients of `wanted` values, those left out that no seed depends on. Throws GraphError 'unknown_operator' for an operator
 * on the way that has no rule, 'shape_mismatch' for a gradient that is not of its value's shape.
 */
export function differentiate(seeds: readonly Seed[], wanted: ReadonlySet<Value>): ReadonlyMap<Value, Value> {
  const { values } = graphOf(Object.fromEntries(seeds.map(({ of }, i) => [i, of])));
  const moving = dependents(values, wanted);
  const parts = new Map<Value, Value[]>();
  const give = (value: Value, gradient: Value) => {
    if (!sameShape(value.shape, gradient.shape)) throw mismatch(value, gradient);
    parts.set(value, [...(parts.get(value) ?? []), gradient]);
  };
  for (const { of, gradient } of seeds) give(of, gradient);

  const found = new Map<Value, Value>();
  for (const value of values.toReversed()) {
    const given = parts.get(value);
    if (!given || !moving.has(value)) continue;
    const dy = joinSlices(given).reduce((a, b) => sum(a, b, value));
    if (wanted.has(value)) found.set(value, dy);
    const needed = Object.entries(value.inputs).filter(([, input]) => moving.has(input));
    if (needed.length === 0) continue;
    for (const [input, gradient] of gradientsOf(value, dy, needed)) give(input, gradient);
    parts.delete(value);
  }
  return found;
}

/** Values that change with one of `wanted`. */
function dependents(values: readonly Value[], wanted: ReadonlySet<Value>): ReadonlySet<Value> {
  const moving = new Set<Value>();
  for (const value of values)
    if (wanted.has(value) || Object.values(value.inputs).some((input) => moving.has(input))) moving.add(value);
  return moving;
}

function gradientsOf(value: Value, dy: Value, needed: readonly [string, Value][]): [Value, Value][] {
  const { operator, name } = value;
  const rule = gradients[operator?.name ?? ''];
  if (!rule) throw new GraphError('unknown_operator', `${operator?.name}(${name}) has no gradient`);
  const made = rule(value, dy, new Set(needed.map(([key]) => key)));
  // An operator that needs no gradient of its own for an input, such as statistics of another input, leaves it out.
  return needed.flatMap(([key, input]): [Value, Value][] => (made[key] ? [[input, made[key]]] : []));
}

function sum(a: Value, b: Value, of: Value): Value {
  return hasBatch(of) ? add.of({ a, b }, {}, of.name) : addRows.of({ a, b }, {}, of.name);
}

function mismatch(value: Value, gradient: Value): GraphError {
  const [is, was] = [formatShape(value.shape), formatShape(gradient.shape)];
  return new GraphError('shape_mismatch', `the gradient of ${value.operator?.name ?? value.name} is ${was}, not ${is}`);
}
