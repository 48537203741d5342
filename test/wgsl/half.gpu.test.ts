// Every kernel on images in half precision: what single precision makes of the same numbers, rounded once when it is stored.

import { describe, expect, it } from 'vitest';
import { callOf } from '../../src/runtime/compile/choose_kernels.ts';
import { hoist } from '../../src/runtime/compile/hoist.ts';
import { lower } from '../../src/runtime/compile/lower.ts';
import { Executor } from '../../src/runtime/device/executor.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { input } from '../../src/runtime/graph/scope.ts';
import { atBatch, hasBatch, type Value } from '../../src/runtime/graph/value.ts';
import type { Program } from '../../src/runtime/plan/program.ts';
import { inHalf } from '../../src/wgsl/half.ts';
import { callsOfAll } from '../support/calls.ts';
import { uniform } from '../support/fill.ts';
import { testDevice } from '../support/gpu.ts';
import { exactHalves, halfError } from '../support/halves.ts';
import { testPipelines } from '../support/operators.ts';
import { poison } from '../support/poison.ts';

const BATCH = 2;

const { facts } = await testDevice();
const seen = new Set<string>();
const runs = callsOfAll().map(alone).flatMap(runsOf);

/** The call on inputs that are given, not computed: these would be rounded as well. */
function alone(value: Value): Value {
  const inputs = Object.entries(value.inputs).map(([key, given]): [string, Value] => [
    key,
    given.kind === 'operator' && hasBatch(given) ? input(`${key} given`, given.shape) : given,
  ]);
  return { ...value, inputs: Object.fromEntries(inputs) };
}

/** By each kernel that can serve the call, unless those before have had its bindings: an activation function is like the other. */
function runsOf(value: Value): { kernel: string; value: Value; single: Program; half: Program }[] {
  const { operator } = value;
  if (!operator || operator.writes) return [];
  const call = callOf(value, facts);
  return operator.kernels.flatMap((candidate) => {
    if (candidate.suits(call) === 0) return [];
    const choose = (of: Value) => (of === value ? candidate.name : undefined);
    const graph = graphOf({ y: value });
    const single = hoist(lower(graph, facts, choose));
    const lowered = hoist(lower(graph, facts, choose, 'images'));
    const half = { ...lowered, run: lowered.run.map(inHalf) };
    const keys = half.run.flatMap(({ kernel: { name, enables, bindings } }) =>
      enables.includes('f16') ? [`${name} ${bindings.map((binding) => binding.name)}`] : [],
    );
    if (keys.every((key) => seen.has(key))) return [];
    for (const key of keys) seen.add(key);
    return [{ kernel: candidate.name, value, single, half }];
  });
}

async function run(program: Program, value: Value): Promise<Float32Array> {
  const acquired = await testDevice();
  const pipelines = testPipelines(acquired);
  await pipelines.compile([...program.load, ...program.run].map(({ kernel }) => kernel));
  const values = graphOf({ y: value }).values;
  const tensor = ({ name, shape }: Value) => {
    const sizes = shape.map((dim) => atBatch(dim, BATCH));
    // A variance is positive, a class number whole.
    const data = name === 'label' ? new Float32Array(BATCH).fill(1) : exactHalves(uniform(name, sizes));
    return { name, shape: sizes, data: name.endsWith('running_var') ? data.map(Math.abs) : data };
  };
  const parameters = values.filter(({ kind }) => kind === 'parameter').map(tensor);
  const executor = await Executor.load(acquired, pipelines, program, parameters, { guardBytes: 256 });
  try {
    const inspect = await poison(acquired, executor, BATCH);
    const inputs = values.filter(({ kind }) => kind === 'input').map((given) => [given.name, tensor(given).data]);
    const { y } = await executor.run(BATCH, Object.fromEntries(inputs));
    expect(await inspect()).toBe(0);
    return y!;
  } finally {
    executor.dispose();
  }
}

describe.runIf(facts.features.f16)('a kernel on images in half precision', () => {
  it.each(runs)('$value.operator.name: $kernel, $value.attributes', async ({ value, single, half }) => {
    const [expected, actual] = [await run(single, value), await run(half, value)];
    expect(actual.length).toBe(expected.length);
    const stored = hasBatch(value) && value.shape.length === 4 && !value.operator?.exact;
    for (const [i, y] of expected.entries()) {
      const bound = stored ? halfError(y) : 0;
      if (!(Math.abs(actual[i]! - y) <= bound) && !Object.is(actual[i], y))
        expect.fail(`element ${i} is ${actual[i]}, in single precision ${y}`);
    }
  });
});

it('reaches many kernels', () => {
  expect(seen.size).toBeGreaterThan(70);
});
