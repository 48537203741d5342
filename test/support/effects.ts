// Graphs that change parameters in place, run after run on the test device.

import { compile } from '../../src/runtime/compile/compile.ts';
import { Executor } from '../../src/runtime/device/executor.ts';
import { readParameter } from '../../src/runtime/device/read_parameter.ts';
import type { Graph } from '../../src/runtime/graph/graph.ts';
import { testDevice } from './gpu.ts';
import { testPipelines } from './operators.ts';

type Arrays = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

export interface Running {
  /** A run on inputs by name; gives the outputs. */
  run(inputs: Arrays): Promise<Arrays>;
  /** What a parameter holds now. */
  read(name: string): Promise<Float32Array>;
  dispose(): void;
}

/** `parameters`: what they hold at first; `kernel` is forced upon the operators that have one of that name. */
export async function running(graph: Graph, parameters: Arrays, kernel?: string): Promise<Running> {
  const acquired = await testDevice();
  const program = compile(graph, acquired.facts, ({ operator }) =>
    operator?.kernels.some(({ name }) => name === kernel) ? kernel : undefined,
  );
  const pipelines = testPipelines(acquired);
  await pipelines.compile([...program.load, ...program.run].map((step) => step.kernel));
  const shapes = new Map(graph.values.map(({ name, shape }) => [name, shape as readonly number[]]));
  const tensors = Object.entries(parameters).map(([name, data]) => ({ name, shape: shapes.get(name)!, data }));
  const executor = await Executor.load(acquired, pipelines, program, tensors);
  return {
    run: (inputs) => executor.run(1, inputs),
    read: (name) => readParameter(executor, name),
    dispose: () => executor.dispose(),
  };
}
