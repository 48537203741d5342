// A filled model on the GPU: what its logits and its modules give for the oracle's input.

import type { BuiltModel } from '../../src/registry/build.ts';
import type { Choose } from '../../src/runtime/compile/choose_kernels.ts';
import { compile } from '../../src/runtime/compile/compile.ts';
import { Executor } from '../../src/runtime/device/executor.ts';
import { type Graph, graphOf } from '../../src/runtime/graph/graph.ts';
import type { NamedTensor } from '../../src/weights/tensors.ts';
import { fillImage, fillParameter } from './fill.ts';
import { testDevice } from './gpu.ts';
import { buildModel, moduleOutput } from './models.ts';
import { testPipelines } from './operators.ts';
import { poison } from './poison.ts';

/** The head of a file of `oracle/data/forward`. */
export interface Filled {
  readonly model: string;
  readonly input: readonly [number, number, number, number];
  readonly numClasses: number;
  readonly bnExp: Readonly<Record<string, number>>;
  /** The config of that name, of the models that have it. */
  readonly transformInput: boolean;
}

/**
 * Runs the model in poisoned memory, with parameters filled by name. Returns the logits and what each of the named modules
 * returned; a value that is asked for cannot be fused into its reader, so ask for none to run as users do. `made` compiles it.
 */
export async function runModel(
  filled: Filled,
  modules: readonly string[] = [],
  made: typeof compile = compile,
): Promise<Record<string, Float32Array>> {
  const [, , size] = filled.input;
  const config = filled.transformInput ? { config: { transformInput: true } } : {};
  const built = buildModel(filled.model, { size, classes: filled.numClasses, ...config });
  const outputs = Object.fromEntries(modules.map((name) => [name, moduleOutput(built, name)]));
  return runGraph(graphOf({ logits: built.logits, ...outputs }), built, filled.input, filled.bnExp, undefined, made);
}

/** Runs a graph of the model's values in poisoned memory, with parameters and image filled by name. */
export async function runGraph(
  graph: Graph,
  built: BuiltModel,
  input: Filled['input'],
  bnExp: Filled['bnExp'] = {},
  choose?: Choose,
  made: typeof compile = compile,
): Promise<Record<string, Float32Array>> {
  const acquired = await testDevice();
  const pipelines = testPipelines(acquired);
  const program = made(graph, acquired.facts, choose);
  await pipelines.compile([...program.load, ...program.run].map(({ kernel }) => kernel));
  const executor = await Executor.load(acquired, pipelines, program, parameters(graph, built, bnExp));
  try {
    await poison(acquired, executor, input[0]);
    return await executor.run(input[0], { image: fillImage(input) });
  } finally {
    executor.dispose();
  }
}

/** One at a time: the largest models have half a gigabyte. */
function* parameters(graph: Graph, built: BuiltModel, bnExp: Filled['bnExp']): Generator<NamedTensor> {
  const used = new Set(graph.values);
  for (const { name, shape, value } of built.parameters) {
    if (!used.has(value)) continue;
    const data = new Float32Array(fillParameter(name, shape, bnExp));
    yield { name, shape, data };
  }
}
