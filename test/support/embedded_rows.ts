// Operators that make rows (gradients of parameters) of images: every kernel, on slices of concatenated images with a halo.

import { expect } from 'vitest';
import { compile } from '../../src/runtime/compile/compile.ts';
import { Executor } from '../../src/runtime/device/executor.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import type { Attributes, Value } from '../../src/runtime/graph/value.ts';
import { relu } from '../../src/wgsl/activation/activation.ts';
import { concat } from '../../src/wgsl/concat/concat.ts';
import { haloRelu, type Tensors } from './check.ts';
import { gradientSummedBy } from './convolutions.ts';
import { testDevice } from './gpu.ts';
import {
  type AnyOperator,
  boundOf,
  candidates,
  filled,
  graphInput,
  type Reference,
  type TestTensor,
  testPipelines,
  worst,
} from './operators.ts';
import { poison } from './poison.ts';

/** Each image of `tensors` (the others are `rows`), none with negative numbers, lies behind eight other channels, with zeros for another reader around it. */
export async function checkEmbeddedRows(
  operator: AnyOperator,
  tensors: Tensors,
  attributes: Attributes,
  reference: Reference,
): Promise<void> {
  const before: Record<string, TestTensor> = {};
  const inputs: Record<string, Value> = {};
  const others: Record<string, Value> = {};
  for (const [key, tensor] of Object.entries(tensors)) {
    if (tensor.rows) {
      inputs[key] = graphInput(key, tensor);
      continue;
    }
    before[`before ${key}`] = filled(`before/${key}`, tensor.shape.with(1, 8));
    const part = relu.of({ x: graphInput(key, tensor) }, {}, `part ${key}`);
    const beside = relu.of({ x: graphInput(`before ${key}`, before[`before ${key}`]!) }, {}, `beside ${key}`);
    inputs[key] = part;
    others[`root ${key}`] = concat.of({ 0: beside, 1: part }, {}, `root ${key}`);
    others[`haloed ${key}`] = { ...relu.of({ x: part }, {}, `haloed ${key}`), operator: haloRelu };
  }
  const value = operator.of(inputs, attributes as never, 'under test');
  const given = Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, graphInput(key, tensor)]));
  for (const kernel of await candidates(value)) {
    const { y, stray } = await run({ ...others, y: value }, { ...tensors, ...before }, kernel);
    const summed = gradientSummedBy(kernel, reference, { ...value, inputs: given }, tensors);
    expect(worst(y, reference.y, boundOf(summed)), kernel).toBeNull();
    expect(stray, kernel).toBe(0);
  }
}

async function run(outputs: Readonly<Record<string, Value>>, tensors: Tensors, kernel: string) {
  const acquired = await testDevice();
  const program = compile(graphOf(outputs), acquired.facts, ({ name }) => (name === 'under test' ? kernel : undefined));
  const pipelines = testPipelines(acquired);
  await pipelines.compile([...program.load, ...program.run].map((step) => step.kernel));
  const executor = await Executor.load(acquired, pipelines, program, [], { guardBytes: 256 });
  try {
    const batch = Object.values(tensors)[0]?.shape[0] ?? 1;
    const inspect = await poison(acquired, executor, batch);
    const { y } = await executor.run(
      batch,
      Object.fromEntries(Object.entries(tensors).map(([key, { data }]) => [key, data])),
    );
    return { y: y!, stray: await inspect() };
  } finally {
    executor.dispose();
  }
}
