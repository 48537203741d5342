// From a model's definition to a program whose pipelines are being compiled: graph, kernels, what is known of them here, plan.

import { breathe } from '../runtime/breathe.ts';
import type { Choices } from '../runtime/compile/choices.ts';
import { finish, loadKernels, loadPasses, optimiseInTurns } from '../runtime/compile/compile.ts';
import type { Device } from '../runtime/device/device.ts';
import type { Graph } from '../runtime/graph/graph.ts';
import type { ParameterSpec } from '../runtime/graph/scope.ts';
import { planProgram } from '../runtime/plan/plan.ts';
import { kernelsOf, type Program } from '../runtime/plan/program.ts';
import { build, type Dimensions } from './build.ts';
import { checkSize } from './check_options.ts';
import type { Options } from './load.ts';
import type { ModelSpec } from './plugin.ts';
import { type Storage, storageOf } from './summary.ts';

export interface Prepared extends Dimensions {
  readonly graph: Graph;
  readonly parameters: readonly ParameterSpec[];
  readonly program: Program;
  readonly storage: Storage;
}

interface Preparing extends Prepared {
  /** Milliseconds until all pipelines were there, building included. */
  readonly compiling: Promise<number>;
}

/** Starts compiling, which goes on when this returns. */
export async function prepare(
  name: string,
  spec: ModelSpec,
  dimensions: Dimensions,
  device: Device,
  options: Options,
): Promise<Preparing> {
  checkSize(name, spec, dimensions.size);
  const { signal, onProgress, budgetBytes, precision = 'f32', tune, cacheDir } = options;
  const { facts } = device;
  const started = performance.now();
  const { graph, parameters } = build(spec, dimensions);
  // These want here what they want once the graph is rewritten; depthwise ones may be taken in by others.
  const convolutions = graph.values.filter(
    ({ operator, attributes: { groups } }) => operator?.name === 'conv2d' && groups === 1,
  );
  const [choices] = await Promise.all([
    tune === false ? null : remembered(device, cacheDir),
    loadPasses(graph, facts),
    loadKernels({ ...graph, values: convolutions }, facts),
  ]);
  const ready = await optimiseInTurns(graph, facts);
  await loadKernels(ready, facts, choices?.kernels);
  if (tune && choices) await measure(device, ready, choices, options);
  const finishing = precision === 'f16' ? (await import('../runtime/compile/half.ts')).finishHalf : finish;
  signal?.throwIfAborted();
  const program = await programOf(ready, device, choices, finishing, budgetBytes);
  await breathe();
  planProgram(program, facts, { batch: 1, budgetBytes }); // throws before time is spent
  await breathe();
  const compiling = device.pipelines.compile(kernelsOf(program), (done, total) => {
    if (!signal?.aborted) onProgress?.({ phase: 'compile', unit: 'pipelines', done, total });
  });
  return {
    graph,
    parameters,
    program,
    storage: storageOf(precision, facts.features.f16),
    ...dimensions,
    compiling: compiling.then(() => performance.now() - started),
  };
}

async function programOf(
  ready: Graph,
  { facts }: Device,
  choices: Choices | null,
  finishing: typeof finish,
  budgetBytes: number | undefined,
): Promise<Program> {
  if (budgetBytes === undefined) return finishing(ready, facts, choices?.choose);
  const { compileWithin } = await import('../runtime/compile/compile_within.ts');
  return compileWithin(
    ready,
    facts,
    budgetBytes,
    choices?.choose ?? (() => undefined),
    finishing,
    finishing !== finish,
  );
}

async function remembered(device: Device, cacheDir: string | undefined): Promise<Choices> {
  const { choicesOf } = await import('../runtime/device/tuning.ts');
  return choicesOf(device, cacheDir);
}

async function measure(device: Device, ready: Graph, choices: Choices, options: Options): Promise<void> {
  const { signal, onProgress, cacheDir, precision } = options;
  const { tuneGraph } = await import('./tune.ts');
  await tuneGraph(device, ready, choices, {
    half: precision === 'f16',
    ...(signal && { signal }),
    ...(cacheDir !== undefined && { cacheDir }),
    onProgress: (done, total) => onProgress?.({ phase: 'tune', unit: 'classes', done, total }),
  });
}
