// One call of an operator by itself, on numbers of its own: what candidates are compared and timed on.

import { philox } from '../../weights/philox.ts';
import type { Call, Candidate } from '../../wgsl/op.ts';
import { finish } from '../compile/compile.ts';
import { finishHalf } from '../compile/half.ts';
import { type Graph, graphOf } from '../graph/graph.ts';
import { atBatch, hasBatch, type Value } from '../graph/value.ts';
import type { Device } from './device.ts';
import { Executor } from './executor.ts';
import type { BoundDispatch } from './residence.ts';

/** Inputs in -1 to 1, by name. */
type Numbers = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

export interface Trial {
  readonly call: Call;
  readonly batch: number;
  readonly numbers: Numbers;
}

export interface Tried {
  readonly executor: Executor;
  readonly y: Float32Array;
  /** The candidate's own dispatches. */
  readonly run: readonly BoundDispatch[];
}

/** No activation is steeper: hardswish at 3. */
const STEEPEST = 1.5;
/** Twice what WGSL grants tanh, the least exact of what activations are made of: both kernels may use it up. */
const GRANTED = 2e-5;
/** Of f16: of a number that is rounded to it, and the least that any is. */
const HALF_ROUNDING = 2 ** -11;
const SMALLEST_HALF = 2 ** -25;
const exactly = new Set<unknown>([undefined, null, 'relu', 'relu6', 'leaky_relu', 'hardswish', 'hardsigmoid']);

export function trialOf(call: Call, batch: number): Trial {
  const numbers = Object.entries(call.inputs).map(([key, { shape }], input) => {
    const data = new Float32Array(shape.reduce<number>((product, dim) => product * atBatch(dim, batch), 1));
    const words = new Uint32Array(4);
    for (const i of data.keys()) {
      if (i % 4 === 0) philox([i / 4, input, 0, 0], [0, 0], words);
      data[i] = words[i % 4]! / 2 ** 31 - 1;
    }
    return [key, data] as const;
  });
  return { call, batch, numbers: Object.fromEntries(numbers) };
}

/** Runs a candidate once and leaves its executor open. Throws what compiling and running throw. */
export async function tryCandidate(device: Device, trial: Trial, candidate: Candidate): Promise<Tried> {
  const { call, batch, numbers } = trial;
  const { acquired, pipelines, facts } = device;
  const { graph, value, parameters } = alone(call);
  const finishing = call.half ? finishHalf : finish;
  const program = finishing(graph, facts, (other) => (other === value ? candidate.name : undefined));
  const tensors = parameters.map(({ name, shape }) => ({ name, shape: shape.map(Number), data: numbers[name]! }));
  const executor = await Executor.load(acquired, pipelines, program, tensors);
  try {
    const { y } = await executor.run(batch, numbers);
    return { executor, y: y!, run: await ownDispatches(executor, batch) };
  } catch (error) {
    executor.dispose();
    throw error;
  }
}

/** What a program of one operator runs, without the reordering at both ends. */
export async function ownDispatches(executor: Executor, batch: number): Promise<readonly BoundDispatch[]> {
  const { run } = await executor.inside('its dispatches', batch, async ({ residence }) => residence);
  return run.filter(({ dispatch: { operator } }) => operator !== 'rows_to_image' && operator !== 'image_to_rows');
}

/** How far each number of a candidate's result may be from the plain kernel's. */
export type Bound = (i: number) => number;

/**
 * Both kernels may be off by 4 sqrt(L) 2^-24 sum|terms| for L numbers added up. The sum is what the plain kernel itself makes of the
 * inputs' magnitudes, all of whose terms are positive. A candidate that adds up larger terms mixes those of a neighbourhood, so
 * the largest sum stands for it. The result gives the bound for a candidate's `growth`. Where images are stored as f16, both results
 * are rounded to it, and so are the weights that a candidate mixes.
 */
export async function boundsOf(
  device: Device,
  { call, batch, numbers }: Trial,
  plain: Candidate,
): Promise<(growth: number) => Bound> {
  const { value, attributes } = call;
  const { activation } = attributes;
  const linear = { ...attributes, ...('activation' in attributes && { activation: null, slope: null }) };
  const magnitudes = Object.entries(numbers).map(([key, data]) => [key, data.map(Math.abs)] as const);
  const bare = { ...call, attributes: linear, value: { ...value, attributes: linear } };
  const { executor, y: terms } = await tryCandidate(
    device,
    { call: bare, batch, numbers: Object.fromEntries(magnitudes) },
    plain,
  );
  executor.dispose();
  const images = hasBatch(value) ? 1 : batch;
  const results = terms.length / (hasBatch(value) ? batch : 1);
  // With bias and residual.
  const length = ((value.operator?.macs(value) ?? 0) * images) / results + 2;
  const most = terms.reduce((largest, sum) => Math.max(largest, sum), 0);
  const steepest = exactly.has(activation) && activation !== 'hardswish' ? 1 : STEEPEST;
  const unit = 4 * Math.sqrt(length) * 2 ** -24 * steepest;
  const granted = exactly.has(activation) ? 0 : GRANTED;
  const stored = call.half ? 2 * HALF_ROUNDING * steepest : 0;
  const flushed = call.half ? 2 * SMALLEST_HALF : 0;
  return (growth) => {
    const mixed = unit + (call.half && growth > 0 ? HALF_ROUNDING * steepest : 0);
    return (i) => {
      const other = growth > 0 ? growth * most : terms[i]!;
      return unit * terms[i]! + mixed * other + stored * terms[i]! + flushed + granted;
    };
  };
}

/** The call as a graph of one operator. What changes from run to run comes from outside in each. */
function alone({ value, inputs, changing }: Call): {
  readonly graph: Graph;
  readonly value: Value;
  readonly parameters: readonly Value[];
} {
  const stands = Object.entries(inputs).map(([name, input]): [string, Value] => {
    const kind = hasBatch(input) || changing?.has(name) ? 'input' : 'parameter';
    return [name, { kind, name, shape: input.shape, inputs: {}, attributes: {} }];
  });
  const lonely: Value = { ...value, inputs: Object.fromEntries(stands) };
  const parameters = stands.flatMap(([, stand]) => (stand.kind === 'parameter' ? [stand] : []));
  return { graph: graphOf({ y: lonely }), value: lonely, parameters };
}
