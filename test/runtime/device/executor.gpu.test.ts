// Parameters onto the GPU and runs: any order of arrival, nothing missing, nothing kept that no run reads.

import { describe, expect, it } from 'vitest';
import { build, defaults } from '../../../src/registry/build.ts';
import { compile } from '../../../src/runtime/compile/compile.ts';
import { Device } from '../../../src/runtime/device/device.ts';
import { Executor } from '../../../src/runtime/device/executor.ts';
import { keptBuffers } from '../../../src/runtime/plan/plan.ts';
import type { Program } from '../../../src/runtime/plan/program.ts';
import type { NamedTensor } from '../../../src/weights/tensors.ts';
import { spiedDevice } from '../../support/device_spy.ts';
import { tinyBatch, tinySpec, tinyState } from '../../support/tiny_plugin.ts';

type Name = 'tiny_branches' | 'tiny_wide';

async function prepared(device: Device, name: Name = 'tiny_branches'): Promise<Program> {
  const spec = tinySpec(name);
  const program = compile(build(spec, defaults(spec)).graph, device.facts);
  await device.pipelines.compile([...program.load, ...program.run].map(({ kernel }) => kernel));
  return program;
}

const parameters = (name: Name = 'tiny_branches'): NamedTensor[] =>
  Object.entries(tinyState(name)).map(([name, { shape, data }]) => ({ name, shape, data: new Float32Array(data) }));

const load = ({ acquired, pipelines }: Device, program: Program, tensors: Iterable<NamedTensor>) =>
  Executor.load(acquired, pipelines, program, tensors);

async function logits(executor: Executor, n = 2): Promise<Float32Array> {
  return (await executor.run(n, { image: await tinyBatch(n).data() })).logits!;
}

const { device, spy } = await spiedDevice();

describe('Executor.load', () => {
  it.each(['tiny_branches', 'tiny_wide'] as const)(
    'gives the same bits in whatever order the parameters of %s come',
    async (name) => {
      const program = await prepared(device, name);
      const all = parameters(name);
      const results: Float32Array[] = [];
      // Steps prime to no length but multiples of themselves: a shuffle that is the same every time.
      for (const step of [1, 5, 7, 11, all.length - 1]) {
        const order = [...all.keys()].sort((a, b) => ((a * step) % all.length) - ((b * step) % all.length) || a - b);
        const executor = await load(
          device,
          program,
          order.map((i) => all[i]!),
        );
        results.push(await logits(executor));
        executor.dispose();
      }
      expect(results[0]?.every(Number.isFinite)).toBe(true);
      for (const result of results) expect(result).toEqual(results[0]);
      expect(spy.live()).toEqual([]);
    },
  );

  it('keeps what the runs read and frees the rest', async () => {
    for (const name of ['tiny_branches', 'tiny_wide'] as const) {
      const program = await prepared(device, name);
      const executor = await load(device, program, parameters(name));
      const kept = keptBuffers(program);
      const expected = program.buffers
        .filter(({ id, role }) => kept.has(id) && (role === 'parameter' || role === 'constant'))
        .map(({ name }) => name)
        .sort();
      expect(spy.live().map(({ label }) => label)).toEqual(expected);
      executor.dispose();
      expect(spy.live()).toEqual([]);
    }
  });

  it('frees a parameter as soon as it is packed', async () => {
    const program = await prepared(device);
    let most = 0;
    function* watched(): Generator<NamedTensor> {
      for (const tensor of parameters()) {
        most = Math.max(most, spy.live().length);
        yield tensor;
      }
    }
    const executor = await load(device, program, watched());
    const made = program.buffers.filter(({ role }) => role === 'parameter' || role === 'constant').length;
    expect(most).toBeLessThan(made);
    executor.dispose();
  });

  it('passes over what no step reads', async () => {
    const program = await prepared(device);
    const stray = { name: 'stray', shape: [2], data: new Float32Array(2) };
    const executor = await load(device, program, [stray, ...parameters()]);
    executor.dispose();
  });

  it.each<[string, (all: NamedTensor[]) => NamedTensor[], string]>([
    ['missing', (all) => all.filter(({ name }) => name !== 'fc.bias'), 'parameter fc.bias was never given (1 missing)'],
    ['all missing', () => [], 'parameter stem.bn.running_var was never given'],
    [
      'too short',
      (all) => all.map((t) => (t.name === 'fc.bias' ? { ...t, shape: [5], data: new Float32Array(5) } : t)),
      'parameter fc.bias is [5] with 5 numbers, not 7',
    ],
    [
      'too long',
      (all) => all.map((t) => (t.name === 'fc.bias' ? { ...t, shape: [9], data: new Float32Array(9) } : t)),
      'parameter fc.bias is [9] with 9 numbers, not 7',
    ],
  ])('refuses parameters of which one is %s, and keeps nothing', async (_, change, message) => {
    const program = await prepared(device);
    await expect(load(device, program, change(parameters()))).rejects.toMatchObject({
      code: 'weights_mismatch',
      message: expect.stringContaining(message),
    });
    expect(spy.live()).toEqual([]);
  });

  it('keeps nothing when the parameters end in an error', async () => {
    const program = await prepared(device);
    async function* broken(): AsyncGenerator<NamedTensor> {
      yield* parameters().slice(0, 5);
      throw new Error('the file ended');
    }
    const { acquired, pipelines } = device;
    await expect(Executor.load(acquired, pipelines, program, broken())).rejects.toThrow('the file ended');
    expect(spy.live()).toEqual([]);
  });

  it('plans before it allocates', async () => {
    const program = await prepared(device);
    const { acquired, pipelines } = device;
    const before = spy.made.length;
    const budget = { budgetBytes: 100 };
    await expect(Executor.load(acquired, pipelines, program, parameters(), budget)).rejects.toMatchObject({
      code: 'over_budget',
    });
    expect(spy.made.length).toBe(before);
  });
});

describe('Executor.run', () => {
  it('refuses inputs that are missing or of another size, and runs on', async () => {
    const executor = await load(device, await prepared(device), parameters());
    const expected = await logits(executor);
    await expect(executor.run(1, {})).rejects.toMatchObject({
      code: 'invalid_argument',
      message: 'the run was given no input image',
    });
    await expect(executor.run(1, { image: new Float32Array(3) })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: 'input image takes 768 numbers, 3 were given',
    });
    expect(await logits(executor)).toEqual(expected);
    executor.dispose();
  });

  it('gives the same bits whether runs overlap, with inputs staged as on a GPU', async () => {
    const { acquired } = device;
    const gpu = new Device({ ...acquired, facts: { ...acquired.facts, fallback: false } });
    const executor = await load(gpu, await prepared(gpu), parameters());
    const images = await Promise.all([1, 2, 3, 4, 5, 6].map(async (n) => (await tinyBatch(n).data()).slice(-768)));
    const alone: Float32Array[] = [];
    for (const image of images) alone.push((await executor.run(1, { image })).logits!);
    const overlapped = await Promise.all(images.map((image) => executor.run(1, { image })));
    expect(overlapped.map(({ logits }) => logits)).toEqual(alone);
    expect(new Set(alone.map(String)).size).toBe(images.length);
    expect(spy.live().filter(({ label }) => label === 'image staging').length).toBeGreaterThan(1);
    executor.dispose();
    expect(spy.live().filter(({ label }) => label === 'image staging')).toEqual([]);
  });

  it('refuses a batch past the limits, and says what would fit', async () => {
    const { device: small } = await spiedDevice({ maxStorageBufferBindingSize: 32 * 1024 });
    const executor = await load(small, await prepared(small), parameters());
    const most = executor.largestBatch(64);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(64);
    expect(executor.plan(most).batch).toBe(most);
    await expect(logits(executor, most + 1)).rejects.toMatchObject({
      code: 'over_limit',
      message: expect.stringContaining(`a batch of ${most} would fit`),
    });
    small.destroy();
  });
});
