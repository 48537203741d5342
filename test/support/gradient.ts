// Gradients: an operator's rule in float64 against central differences, and its kernels against their references and torch.

import { expect } from 'vitest';
import { differentiate } from '../../src/runtime/compile/differentiate.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { hasBatch, sameShape, type Value } from '../../src/runtime/graph/value.ts';
import { gradients } from '../../src/wgsl/gradients.ts';
import type { Reference, Tensor } from '../../src/wgsl/shared/reference.ref.ts';
import { checkReference, checkValue, type Tensors } from './check.ts';
import { interpretValue } from './interpret.ts';
import { boundOf, filled, type TestTensor } from './operators.ts';
import type { OracleCase } from './oracle.ts';

/** The upstream gradient of a result of this shape, filled from its name. */
export function upstream(key: string, value: Value, shape: readonly number[]): TestTensor {
  return { ...filled(key, shape), rows: !hasBatch(value) };
}

/** By the operator's input names, what the rule gives for those that are wanted, from a graph input `dy`. */
export function ruleOf(value: Value, wanted = Object.keys(value.inputs)): Readonly<Record<string, Value>> {
  const rule = gradients[value.operator?.name ?? ''];
  if (!rule) throw new Error(`there is no gradient rule of ${value.operator?.name}`);
  const dy: Value = { kind: 'input', name: 'dy', shape: value.shape, inputs: {}, attributes: {} };
  const made = rule(value, dy, new Set(wanted));
  for (const key of wanted) {
    const gradient = made[key];
    if (!gradient) throw new Error(`the rule of ${value.operator?.name} gives no gradient of ${key}`);
    if (!sameShape(gradient.shape, value.inputs[key]!.shape))
      throw new Error(`the gradient of ${key} has shape ${gradient.shape}, not ${value.inputs[key]!.shape}`);
  }
  return made;
}

/** A value's reference, after those of the operators before it. */
export function evaluate(value: Value, tensors: Readonly<Record<string, Tensor>>): Reference {
  const made = new Map<Value, Reference>();
  for (const node of graphOf({ value }).values) {
    const inputs = Object.entries(node.inputs).map(([key, input]) => {
      const { shape, y } = made.get(input)!;
      return [key, { shape, data: y }] as const;
    });
    made.set(node, node.kind === 'operator' ? interpretValue(node, Object.fromEntries(inputs)) : given(node, tensors));
  }
  return made.get(value)!;
}

function given({ name }: Value, tensors: Readonly<Record<string, Tensor>>): Reference {
  const tensor = tensors[name];
  if (!tensor) throw new Error(`there is no tensor ${name}`);
  const zeros = () => new Float64Array(tensor.data.length);
  return { shape: tensor.shape, y: Float64Array.from(tensor.data), terms: zeros(), length: 1, granted: zeros() };
}

// Added to a number of f32, it gives one of float64 exactly.
const STEP = 2 ** -12;
// An f64's rounding; how many a reference may spend on an element beside its longest sum.
const F64 = 2 ** -53;
const WITHIN = 64;
// Past this share of the largest gradient, halving the step may not change a difference: there is a bend near.
const SMOOTH = 1e-5;

/**
 * An operator applied to graph inputs and parameters: the gradients that its rule gives, in float64, are the slopes of
 * sum(y * dy). Let D(h) be its central difference, D(h) = g + a h h + O(h^4): then (4 D(h/2) - D(h)) / 3 is g but for what h^4
 * leaves, which is below the change |D(h) - D(h/2)|; the results' own roundings are divided by h. No tolerance is left to pick.
 * Inputs must keep away from bends by 2^-12: where they do not, the check says so.
 */
export function checkGradientRule(
  value: Value,
  tensors: Tensors,
  { wanted = Object.keys(value.inputs) }: { wanted?: readonly string[] } = {},
): void {
  const forward = evaluate(value, tensors);
  const dy = upstream(`${value.name}/dy`, value, forward.shape);
  const rule = ruleOf(value, [...wanted]);
  const size = forward.y.reduce((sum, y, i) => sum + Math.abs(dy.data[i]!) * (Math.abs(y) + forward.terms[i]!), 0);
  const noise = (4 * (WITHIN + forward.length) * F64 * size) / STEP;

  for (const name of new Set(wanted.map((key) => value.inputs[key]!.name))) {
    const tensor = tensors[name]!;
    const slope = (i: number, step: number) => {
      const at = (x: number) => evaluate(value, { ...tensors, [name]: moved(tensor, i, x) }).y;
      const [above, below] = [at(tensor.data[i]! + step), at(tensor.data[i]! - step)];
      return above.reduce((sum, y, j) => sum + (y - below[j]!) * dy.data[j]!, 0) / (2 * step);
    };
    const coarse = Array.from(tensor.data, (_, i) => slope(i, STEP));
    const fine = Array.from(tensor.data, (_, i) => slope(i, STEP / 2));
    const largest = fine.reduce((most, d) => Math.max(most, Math.abs(d)), 0);

    // An input that is read twice gets the sum of its gradients.
    const keys = wanted.filter((key) => value.inputs[key]!.name === name);
    const made = keys.map((key) => evaluate(rule[key]!, { ...tensors, dy }));
    for (const { shape } of made) expect(shape, `the gradient of ${name}`).toEqual(tensor.shape);
    for (const [i, d] of fine.entries()) {
      const change = Math.abs(coarse[i]! - d);
      const where = `the gradient of ${name}, element ${i}`;
      expect(change, `${where}: a bend is near`).toBeLessThanOrEqual(SMOOTH * largest + noise);
      const gradient = made.reduce((sum, { y }) => sum + y[i]!, 0);
      const off = Math.abs(gradient - (4 * d - coarse[i]!) / 3);
      expect(off, `${where} is ${gradient}, the slope ${d}`).toBeLessThanOrEqual(change + noise);
    }
  }
}

function moved({ shape, data }: Tensor, i: number, x: number): Tensor {
  const copy = Float64Array.from(data);
  copy[i] = x;
  return { shape, data: copy };
}

/**
 * Every kernel of the gradients' operators, for the upstream gradient `dy`, within the derived bound of its reference. A gradient
 * that several operators make in turn has no such bound of its own: the caller gives its reference, by the operator's input.
 */
export async function checkGradientKernels(
  value: Value,
  tensors: Tensors,
  dy: TestTensor,
  {
    wanted = Object.keys(value.inputs),
    references = {},
  }: { wanted?: readonly string[]; references?: Readonly<Record<string, Reference>> } = {},
): Promise<Readonly<Record<string, Reference>>> {
  const all = { ...tensors, dy };
  const made: Record<string, Reference> = {};
  for (const [key, gradient] of Object.entries(ruleOf(value, [...wanted]))) {
    if (!wanted.includes(key)) continue;
    const reference = references[key] ?? derived(gradient, all);
    made[key] = reference;
    // The upstream gradient itself is nothing to be computed.
    if (gradient.kind !== 'operator') continue;
    await checkValue(gradient, ofGraph(gradient, all), reference);
  }
  return made;
}

// Operators that only move numbers, and so errors.
const moving = new Set(['concat', 'slice', 'slice_gradient', 'channel_shuffle', 'flatten', 'unflatten', 'crop']);

/** The reference of the last operator that computes, if those before it only move numbers; what comes after it may as well. */
function derived(gradient: Value, tensors: Tensors): Reference {
  if (moving.has(gradient.operator?.name ?? '')) {
    const parts = Object.entries(gradient.inputs).map(([key, input]) => [key, derived(input, tensors)] as const);
    const move = (of: (part: Reference) => Float64Array) =>
      interpretValue(gradient, Object.fromEntries(parts.map(([key, part]) => [key, { ...part, data: of(part) }])));
    const { shape, y, terms } = move((part) => part.y);
    return { shape, y, terms, length: 1, granted: move(boundOf).y };
  }
  for (const before of graphOf({ gradient }).values) {
    if (before === gradient || before.kind !== 'operator') continue;
    const { terms, granted } = evaluate(before, tensors);
    if ([terms, granted].some((errors) => errors.some((error) => error !== 0)))
      throw new Error(`${gradient.name}: ${before.operator?.name} rounds before ${gradient.operator?.name} does`);
  }
  return evaluate(gradient, tensors);
}

/**
 * The gradients of a case of the oracle: torch's against the references, and every kernel against these. The value's inputs are
 * graph inputs and parameters of the oracle's names, or of those that `names` gives for them.
 */
export async function checkOracleGradients(
  test: OracleCase,
  value: Value,
  tensors: Tensors,
  {
    references,
    names = {},
    output = 'y',
    rounding = {},
  }: {
    references?: Readonly<Record<string, Reference>>;
    names?: Readonly<Record<string, string>>;
    /** The case's output that the value is, of several. */
    output?: string;
    /** By the oracle's names, what torch's own float64 lost, where its formula cancels. */
    rounding?: Readonly<Record<string, ArrayLike<number>>>;
  } = {},
): Promise<void> {
  const expected = test.grads;
  if (!expected) throw new Error(`${test.name} has no gradients`);
  const keyOf = (input: Value) => names[input.name] ?? input.name;
  const wanted = Object.keys(value.inputs).filter((key) => expected[keyOf(value.inputs[key]!)]);
  const { shape } = evaluate(value, tensors);
  const dy = upstream(`${test.name}/d${output}`, value, shape);
  const made = await checkGradientKernels(value, tensors, dy, { wanted, ...(references && { references }) });
  expect(new Set(wanted.map((key) => keyOf(value.inputs[key]!))), 'inputs with gradients').toEqual(
    new Set(Object.keys(expected)),
  );
  for (const [name, data] of Object.entries(expected)) {
    const parts = wanted.filter((key) => keyOf(value.inputs[key]!) === name).map((key) => made[key]!);
    const own = summed(parts);
    const granted = own.granted.map((error, i) => error + (rounding[name]?.[i] ?? 0));
    checkReference({ ...own, granted }, { shape: own.shape, data });
  }
}

/**
 * The same for a graph of several operators whose outputs are named as the case's: what `differentiate` makes of it. `references`
 * are by the oracle's names here.
 */
export async function checkOracleGraph(
  test: OracleCase,
  outputs: Readonly<Record<string, Value>>,
  tensors: Tensors,
  references: Readonly<Record<string, Reference>> = {},
): Promise<void> {
  const seeds = Object.entries(outputs).map(([key, of]) => ({
    of,
    gradient: { kind: 'input', name: `d${key}`, shape: of.shape, inputs: {}, attributes: {} } satisfies Value,
  }));
  const ups = Object.entries(outputs).map(([key, of]) => [
    `d${key}`,
    upstream(`${test.name}/d${key}`, of, evaluate(of, tensors).shape),
  ]);
  const all: Tensors = { ...tensors, ...Object.fromEntries(ups) };
  const ends = graphOf(outputs).values.filter(({ name }) => test.grads?.[name]);
  const found = differentiate(seeds, new Set(ends));
  expect(ends.map(({ name }) => name).toSorted()).toEqual(Object.keys(test.grads ?? {}).toSorted());
  for (const end of ends) {
    const gradient = found.get(end)!;
    const reference = references[end.name] ?? derived(gradient, all);
    checkReference(reference, { shape: reference.shape, data: test.grads![end.name]! });
    await checkValue(gradient, ofGraph(gradient, all), reference);
  }
}

/** The tensors that a value needs. */
function ofGraph(value: Value, tensors: Tensors): Tensors {
  const used = new Set(graphOf({ value }).values.map(({ name }) => name));
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => used.has(name)));
}

/** What several operators add to one gradient: their errors add up, and the sum is rounded. */
export function summed(parts: readonly Reference[]): Reference {
  const [first, ...rest] = parts;
  if (!first) throw new Error('there is nothing to add up');
  if (rest.length === 0) return first;
  const over = (of: (part: Reference) => Float64Array) => {
    const each = parts.map(of);
    return first.y.map((_, i) => each.reduce((sum, values) => sum + values[i]!, 0));
  };
  const y = over((part) => part.y);
  const terms = over((part) => part.y.map(Math.abs));
  return { shape: first.shape, y, terms, length: parts.length, granted: over(boundOf) };
}
