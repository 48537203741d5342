// One operator on the GPU, run by a kernel of choice, and compared with its float64 reference under a derived bound.

import { type Choose, callOf } from '../../src/runtime/compile/choose_kernels.ts';
import { compile } from '../../src/runtime/compile/compile.ts';
import type { Acquired } from '../../src/runtime/device/acquire.ts';
import { Executor } from '../../src/runtime/device/executor.ts';
import { Pipelines } from '../../src/runtime/device/pipelines.ts';
import { type Graph, graphOf } from '../../src/runtime/graph/graph.ts';
import type { Attributes, Value } from '../../src/runtime/graph/value.ts';
import type { AdapterFacts } from '../../src/runtime/plan/facts.ts';
import type { Program } from '../../src/runtime/plan/program.ts';
import { uniform } from './fill.ts';
import { testDevice } from './gpu.ts';
import { poison } from './poison.ts';

/** A test's input: `parameter` ones reach the operator as weights do, `rows` ones without a batch, the others as activations. */
export interface TestTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
  readonly parameter?: boolean;
  readonly rows?: boolean;
}

/**
 * What a reference gives: the result, for each element the sum of its terms' magnitudes, and how many terms were summed.
 * `granted` is an absolute error on top, where the WGSL specification allows one (exp, log, division).
 */
export interface Reference {
  readonly shape: readonly number[];
  readonly y: Float64Array;
  readonly terms: Float64Array;
  readonly length: number;
  readonly granted?: Float64Array;
}

export interface AnyOperator {
  readonly name: string;
  of(inputs: Readonly<Record<string, Value | undefined>>, attributes: never, name: string): Value;
}

export interface OperatorRun {
  readonly y: Float32Array;
  readonly shape: readonly number[];
  /** Words outside every buffer that the run changed: 0 unless a kernel writes astray. */
  readonly strayWrites: number;
}

const pipelines = new WeakMap<Acquired, Pipelines>();

/** Pipelines of the shared device, kept from test to test. */
export function testPipelines(acquired: Acquired): Pipelines {
  const known = pipelines.get(acquired) ?? new Pipelines(acquired);
  pipelines.set(acquired, known);
  return known;
}

/** A test tensor filled from its name, as the oracle's README lays down. */
export function filled(key: string, shape: readonly number[], scale = 1, shift = 0, parameter = false): TestTensor {
  return { shape, data: uniform(key, shape, scale, shift), parameter };
}

/** The operator applied to graph inputs and parameters of the tensors' shapes. */
export function apply(
  operator: AnyOperator,
  tensors: Readonly<Record<string, TestTensor>>,
  attributes: Attributes,
): Value {
  const inputs = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, graphInput(name, tensor)]));
  return operator.of(inputs, attributes as never, operator.name);
}

/** A test tensor as a value of a graph. */
export function graphInput(name: string, { shape, parameter, rows }: TestTensor): Value {
  return {
    kind: parameter ? 'parameter' : 'input',
    name,
    shape: parameter || rows ? shape : ['n', ...shape.slice(1)],
    inputs: {},
    attributes: {},
  };
}

/** Kernels of the operator that can serve this call on the test device, where `half` on images and weights that are stored as f16. */
export async function candidates(value: Value, half = false): Promise<readonly string[]> {
  const { facts } = await testDevice();
  const { operator } = value;
  const call = { ...callOf(value, facts), half };
  return (operator?.kernels ?? []).filter((kernel) => kernel.suits(call) > 0).map(({ name }) => name);
}

/**
 * Runs a value's graph, with poisoned memory, on the tensors its inputs and parameters are named after. `kernel` is
 * forced upon the value, or upon another one of the graph, `of`; `made` compiles it.
 */
export async function runValue(
  value: Value,
  tensors: Readonly<Record<string, TestTensor>>,
  kernel?: string,
  of = value,
  made: (graph: Graph, facts: AdapterFacts, choose: Choose) => Program = compile,
): Promise<OperatorRun> {
  const acquired = await testDevice();
  const program = made(graphOf({ y: value }), acquired.facts, ({ name, operator }) =>
    // By name, because passes make new values of old ones.
    name === of.name && operator?.name === of.operator?.name ? kernel : undefined,
  );
  const cache = testPipelines(acquired);
  await cache.compile([...program.load, ...program.run].map((step) => step.kernel));
  const entries = Object.entries(tensors);
  const parameters = entries.flatMap(([name, { shape, data, parameter }]) =>
    parameter ? [{ name, shape, data }] : [],
  );
  const executor = await Executor.load(acquired, cache, program, parameters, { guardBytes: 256 });
  try {
    const batch = entries.find(([, { parameter, rows }]) => !parameter && !rows)?.[1].shape[0] ?? 1;
    const inspect = await poison(acquired, executor, batch);
    const inputs = Object.fromEntries(
      entries.flatMap(([name, { data, parameter }]) => (parameter ? [] : [[name, data]])),
    );
    const { y } = await executor.run(batch, inputs);
    const shape = value.shape.map((dim) => (dim === 'n' ? batch : dim));
    return { y: y!, shape, strayWrites: await inspect() };
  } finally {
    executor.dispose();
  }
}

/** 4 sqrt(L) 2^-24 sum|terms| (DESIGN: numbers that can be trusted), and what the WGSL specification grants beside it. */
export function boundOf({ terms, length, granted }: Reference): Float64Array {
  return terms.map((sum, i) => 4 * Math.sqrt(length) * 2 ** -24 * sum + (granted?.[i] ?? 0));
}

/** The worst violation in words, or null: NaN (unwritten) counts as one. `expected` may be the reference or the oracle's numbers. */
export function worst(actual: ArrayLike<number>, expected: ArrayLike<number>, bound: ArrayLike<number>): string | null {
  if (actual.length !== expected.length) return `${actual.length} elements came, ${expected.length} were expected`;
  let found: { i: number; ratio: number } | null = null;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    if (error <= bound[i]! || actual[i] === expected[i]) continue;
    const ratio = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error / bound[i]!;
    if (!found || ratio > found.ratio) found = { i, ratio };
  }
  if (!found) return null;
  const { i, ratio } = found;
  return `element ${i} is ${actual[i]}, expected ${expected[i]} within ${bound[i]} (off by ${ratio.toFixed(1)} bounds)`;
}
