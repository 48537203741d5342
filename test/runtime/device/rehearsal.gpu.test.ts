// The first dispatch of each pipeline while the last weights are on their way: when there is one, and that it leaves nothing behind.

import { expect, it } from 'vitest';
import { layers, type ModelSpec } from '../../../src/index.ts';
import { build, defaults } from '../../../src/registry/build.ts';
import { compile } from '../../../src/runtime/compile/compile.ts';
import { Executor } from '../../../src/runtime/device/executor.ts';
import type { Loader } from '../../../src/runtime/device/loader.ts';
import { rehearsal } from '../../../src/runtime/device/rehearsal.ts';
import { planProgram } from '../../../src/runtime/plan/plan.ts';
import type { Program } from '../../../src/runtime/plan/program.ts';
import type { NamedTensor } from '../../../src/weights/tensors.ts';
import { spiedDevice } from '../../support/device_spy.ts';
import { tinyBatch, tinySpec } from '../../support/tiny_plugin.ts';

const { conv2d, flatten, linear, relu } = layers;

/** A linear layer of 2^24 weights behind a convolution, as VGG's are. */
const spec: ModelSpec = {
  ...tinySpec(),
  build(net, image, { classes }) {
    const x = flatten(net.at('flatten'), relu(net.at('relu'), conv2d(net.at('conv'), image, { out: 8, kernel: 1 })));
    return linear(net.at('fc'), relu(net.at('relu1'), linear(net.at('hidden'), x, 8192)), classes);
  },
};

const { device, spy } = await spiedDevice();
const { acquired, pipelines, facts } = device;
const { graph, parameters } = build(spec, defaults(spec));
const program = compile(graph, facts);
await pipelines.compile([...program.load, ...program.run].map(({ kernel }) => kernel));

const tensors: NamedTensor[] = parameters.map(({ name, shape }) => {
  const data = new Float32Array(shape.reduce((size, length) => size * length, 1));
  return { name, shape, data: data.map((_, i) => (((i * 37 + name.length) % 61) - 30) / 1024) };
});

const isLarge = ({ name }: NamedTensor) => name === 'hidden.weight';
const largeLast = [...tensors].sort((a, b) => Number(isLarge(a)) - Number(isLarge(b)));

/** Loads, and tells whether there had been memory to run in before the last tensor was there. */
async function load(fallback: boolean, last: () => void = () => {}) {
  const before = spy.made.length;
  const arenas = () => spy.made.slice(before).filter(({ label }) => label.startsWith('arena')).length;
  let rehearsed = false;
  async function* watched(): AsyncGenerator<NamedTensor> {
    yield* largeLast.slice(0, -1);
    rehearsed = arenas() > 0;
    last();
    yield* largeLast.slice(-1);
  }
  const here = { ...acquired, facts: { ...facts, fallback } };
  const loading = Executor.load(here, pipelines, program, watched());
  return { executor: await loading.catch((error: Error) => error), rehearsed };
}

it('is held on a CPU before the last weights have come, if they are large, and changes no bit', async () => {
  const image = await tinyBatch(1).data();
  const results: Float32Array[] = [];
  for (const fallback of [false, true]) {
    const { executor, rehearsed } = await load(fallback);
    if (executor instanceof Error) throw executor;
    expect(rehearsed).toBe(fallback);
    expect(spy.live().filter(({ label }) => label.startsWith('arena'))).toEqual([]);
    for (let run = 0; run < 2; run++) results.push((await executor.run(1, { image })).logits!);
    executor.dispose();
    expect(spy.live()).toEqual([]);
  }
  expect(results[0]!.every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
  for (const result of results) expect(result).toEqual(results[0]);
});

it('leaves nothing behind where the last weights do not come', async () => {
  const { executor, rehearsed } = await load(true, () => {
    throw new Error('the file ended');
  });
  expect(executor).toMatchObject({ message: 'the file ended' });
  expect(rehearsed).toBe(true);
  expect(spy.live()).toEqual([]);
});

it('is not held where runs change weights, as steps of training do', async () => {
  let asked = 0;
  const waiting: Loader['waiting'] = [];
  const loader = {
    waiting,
    get wanted() {
      asked++;
      return new Map();
    },
  } as Loader;
  const plan = planProgram(program, facts, { batch: 1 });
  const attempt = (program: Program) => rehearsal(acquired, pipelines, program, plan, loader)();
  const buffers = program.buffers.map((buffer) =>
    buffer.role === 'activation' ? { ...buffer, role: 'parameter' as const } : buffer,
  );
  await attempt({ ...program, buffers });
  expect(asked).toBe(0);
  await attempt(program);
  expect(asked).toBe(1);
});
