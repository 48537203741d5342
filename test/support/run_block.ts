// A building block in train mode, forward and backward, on the GPU: from the graph to the numbers that the oracle has of it.

import { differentiate } from '../../src/runtime/compile/differentiate.ts';
import { compileTraining, forwardForTraining } from '../../src/runtime/compile/training.ts';
import { Executor } from '../../src/runtime/device/executor.ts';
import { readParameter } from '../../src/runtime/device/read_parameter.ts';
import { type Graph, graphOf } from '../../src/runtime/graph/graph.ts';
import { input, type ParameterSpec, Scope } from '../../src/runtime/graph/scope.ts';
import type { Value } from '../../src/runtime/graph/value.ts';
import type { AdapterFacts } from '../../src/runtime/plan/facts.ts';
import type { NamedTensor } from '../../src/weights/tensors.ts';
import { blocks } from './blocks.ts';
import { fillParameter, uniform } from './fill.ts';
import { testDevice } from './gpu.ts';
import { testPipelines } from './operators.ts';
import { poison } from './poison.ts';

type Numbers = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

export interface BlockRun {
  readonly y: Float32Array;
  readonly dx: Float32Array;
  /** By the parameter's name in the block. */
  readonly gradients: Numbers;
  /** Running statistics after one run. */
  readonly statistics: Numbers;
  /** Words outside every buffer that a run changed: 0 unless a kernel writes astray. */
  readonly strayWrites: number;
}

interface BuiltBlock {
  readonly y: Value;
  readonly parameters: readonly ParameterSpec[];
  /** y, dx, the gradients of all parameters by their names; running statistics are effects. */
  readonly graph: Graph;
}

/** Parameters are named inside the block, as a torch module names its own. */
function build(name: string, [, ...image]: readonly number[], facts: AdapterFacts): BuiltBlock {
  const block = blocks[name];
  if (!block) throw new Error(`there is no block ${name}`);
  const scope = Scope.root();
  const x = input('x', ['n', ...image]);
  const y = block(scope, x);
  const { parameters } = scope;
  const mode = { random: input('random', [4]), dropout: false, frozen: () => false };
  const forward = forwardForTraining(graphOf({ y }), facts, mode);
  const trained = parameters.filter(({ role }) => role === 'weight').map(({ value }) => value);
  const seed = { of: forward.outputs.y!, gradient: input('dy', y.shape) };
  const found = differentiate([seed], new Set([x, ...trained]));
  const gradients = [...found].map(([{ name }, gradient]) => [name === 'x' ? 'dx' : name, gradient]);
  return { y, parameters, graph: graphOf({ ...forward.outputs, ...Object.fromEntries(gradients) }, forward.effects) };
}

/**
 * Runs a block for the objective sum(y * dy) in poisoned memory. Parameters, `x` and `dy` are filled from their names behind the
 * block's. What is not a running statistic must come out of a second run in used memory with the same bits, or this throws.
 */
export async function runBlock(name: string, shape: readonly [number, number, number, number]): Promise<BlockRun> {
  const acquired = await testDevice();
  const { y, parameters, graph } = build(name, shape, acquired.facts);
  const program = compileTraining(graph, acquired.facts);
  const pipelines = testPipelines(acquired);
  await pipelines.compile([...program.load, ...program.run].map(({ kernel }) => kernel));
  const used = new Set(graph.values);
  const tensors = parameters.filter(({ value }) => used.has(value)).map((spec) => filledParameter(name, spec));
  const executor = await Executor.load(acquired, pipelines, program, tensors, { guardBytes: 256 });
  try {
    const [batch] = shape;
    const strayWrites = await poison(acquired, executor, batch);
    const dyShape = y.shape.map((dim) => (dim === 'n' ? batch : dim));
    const inputs = { x: uniform(`${name}/x`, shape), dy: uniform(`${name}/dy`, dyShape) };
    const results = await executor.run(batch, inputs);
    const statistics: Record<string, Float32Array<ArrayBuffer>> = {};
    for (const statistic of written(graph)) statistics[statistic] = await readParameter(executor, statistic);
    const again = await executor.run(batch, inputs);
    for (const [key, values] of Object.entries(results))
      if (!sameBits(values, again[key]!)) throw new Error(`${name}: a second run gives other bits for ${key}`);
    const { y: result, dx, ...gradients } = results;
    return { y: result!, dx: dx!, gradients, statistics, strayWrites: await strayWrites() };
  } finally {
    executor.dispose();
  }
}

function filledParameter(block: string, { name, shape }: ParameterSpec): NamedTensor {
  return { name, shape, data: new Float32Array(fillParameter(`${block}/${name}`, shape)) };
}

/** Names of the parameters that a run changes. */
function written({ effects }: Graph): string[] {
  return effects.flatMap(({ operator, inputs }) => (operator?.writes ?? []).map((key) => inputs[key]!.name));
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  const [left, right] = [a, b].map(({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length));
  return left!.length === right!.length && left!.every((word, i) => word === right![i]);
}
