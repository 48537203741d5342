// Many callers at once on one device: whatever they do meanwhile, each gets the bits that it gets alone.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Model, Registry } from '../../src/index.ts';
import { sgd } from '../../src/training/optimizers.ts';
import type { Trainer } from '../../src/training/trainer.ts';
import { spiedDevice } from '../support/device_spy.ts';
import { fillLabels } from '../support/fill.ts';
import { tiny, tinyBatch, tinyState } from '../support/tiny_plugin.ts';

const models = new Registry([tiny]);
const names = ['tiny_branches', 'tiny_wide'] as const;
type Name = (typeof names)[number];
const { device, spy } = await spiedDevice();
const load = (name: Name) => models.load(name, { device, weights: tinyState(name) });
const learning = { optimizer: sgd({ lr: 0.05, momentum: 0.9 }), seed: 1 };
const batch = (i: number) => ({ images: tinyBatch(4, 4 * i), labels: fillLabels(4, 7, `labels${i}`) });

const IMAGES = 12;
const STEPS = 12;
/** Alone: the logits of each image, and the losses of each step. */
const alone: Record<Name, Float32Array[]> = { tiny_branches: [], tiny_wide: [] };
const losses: number[] = [];

beforeAll(async () => {
  for (const name of names) {
    await using model = await load(name);
    for (let i = 0; i < IMAGES; i++) alone[name].push(await (await model.forward(tinyBatch(1, i))).data());
  }
  await using model = await load('tiny_branches');
  const trainer = await model.trainer(learning);
  for (let i = 0; i < STEPS; i++) losses.push((await trainer.step(batch(i))).loss);
  await trainer.dispose();
});

interface Act {
  readonly what: 'forward' | 'stream' | 'profile' | 'step' | 'short' | 'learnt';
  readonly name: Name;
  readonly n: number;
  readonly first: number;
  /** Turns of the event loop, or of promises where it is negative, until it begins. */
  readonly wait: number;
}

const act: fc.Arbitrary<Act> = fc.record({
  what: fc.constantFrom('forward', 'forward', 'stream', 'profile', 'step', 'short', 'learnt'),
  name: fc.constantFrom(...names),
  n: fc.integer({ min: 1, max: 4 }),
  first: fc.integer({ min: 0, max: IMAGES - 4 }),
  wait: fc.integer({ min: -6, max: 3 }),
});

/** Everything that is there while acts go on. */
interface World {
  readonly loaded: Readonly<Record<Name, Model>>;
  readonly learner: Model;
  readonly trainer: Trainer;
  steps: number;
}

async function perform({ what, name, n, first, wait }: Act, world: World): Promise<void> {
  for (let i = 0; i < wait; i++) await new Promise((resolve) => setTimeout(resolve));
  for (let i = 0; i > wait; i--) await Promise.resolve();
  const model = world.loaded[name];
  const width = alone[name][0]!.length;
  const expected = alone[name].slice(first, first + n);
  if (what === 'forward') {
    const data = await (await model.forward(tinyBatch(n, first))).data();
    expect(expected.map((_, i) => data.slice(i * width, (i + 1) * width))).toEqual(expected);
  } else if (what === 'stream') {
    const inputs = expected.map((_, i) => tinyBatch(1, first + i));
    const found: Float32Array[] = [];
    for await (const { logits } of model.stream(inputs, { batch: 1 + (first % 3), inFlight: 2, onError: 'throw' }))
      found.push(await logits.data());
    expect(found).toEqual(expected);
  } else if (what === 'profile') {
    expect((await model.profile(tinyBatch(n, first))).rows.length).toBeGreaterThan(2);
  } else if (what === 'step') {
    const step = world.steps++;
    if (step < STEPS) expect((await world.trainer.step(batch(step))).loss).toBe(losses[step]);
  } else if (what === 'short') {
    // A model that comes and goes while the others run.
    const other = await load(name);
    const running = other.forward(tinyBatch(n, first)).then(
      (logits) => logits.data(),
      (error: { code: string }) => error.code,
    );
    for (let i = 0; i < first; i++) await Promise.resolve();
    other.dispose();
    expect(['disposed', Float32Array.from(expected.flatMap((logits) => [...logits]))]).toContainEqual(await running);
  } else {
    // What is being learnt changes between runs, never within one.
    const data = await (await world.learner.forward(tinyBatch(2, first))).data();
    expect(data.every(Number.isFinite)).toBe(true);
  }
}

describe('callers at once', () => {
  let loaded: World['loaded'];
  beforeAll(async () => {
    const [tiny_branches, tiny_wide] = [await load('tiny_branches'), await load('tiny_wide')];
    loaded = { tiny_branches, tiny_wide };
  });
  afterAll(() => {
    for (const model of Object.values(loaded)) model.dispose();
  });

  it('get what they get alone, and leave nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 2, maxLength: 10 }), async (acts) => {
        for (const model of Object.values(loaded)) await model.forward(tinyBatch(1));
        const before = spy.live();
        const learner = await load('tiny_branches');
        const world: World = { loaded, learner, trainer: await learner.trainer(learning), steps: 0 };
        await Promise.all(acts.map((act) => perform(act, world)));
        await world.trainer.dispose();
        learner.dispose();
        for (const model of Object.values(loaded)) {
          await model.forward(tinyBatch(2)); // another size, so that all memory of before is given back
          await model.forward(tinyBatch(1));
        }
        expect(spy.live().filter(({ label }) => label !== 'logits readback')).toEqual(
          before.filter(({ label }) => label !== 'logits readback'),
        );
        expect(device.acquired.fault()).toBeNull();
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  it('of one model overlap, and a batch of another size waits for those of before', async () => {
    const model = loaded.tiny_branches;
    const gpu = device.acquired.device;
    const { submit } = gpu.queue;
    const [{ mapAsync }, log] = [GPUBuffer.prototype, [] as string[]];
    gpu.queue.submit = (buffers) => {
      log.push('submit');
      return submit.call(gpu.queue, buffers);
    };
    GPUBuffer.prototype.mapAsync = async function (...mode) {
      await mapAsync.apply(this, mode);
      log.push('read');
      return undefined;
    };
    try {
      await model.forward(tinyBatch(1));
      log.length = 0;
      await Promise.all([0, 1, 2].map((i) => model.forward(tinyBatch(1, i))));
      expect(log.indexOf('read')).toBeGreaterThan(1); // at least two were submitted before one was read
      log.length = 0;
      await Promise.all([1, 1, 2].map((n) => model.forward(tinyBatch(n))));
      expect(log.lastIndexOf('submit')).toBeGreaterThan(log.indexOf('read', log.indexOf('read') + 1));
    } finally {
      gpu.queue.submit = submit;
      GPUBuffer.prototype.mapAsync = mapAsync;
    }
  });

  it('are each told of their own failure', async () => {
    const model = loaded.tiny_branches;
    const gpu = device.acquired.device;
    const { submit } = gpu.queue;
    let count = 0;
    gpu.queue.submit = (buffers) => {
      // Never allowed; within the scopes of the second run.
      if (count++ === 1)
        gpu.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE }).destroy();
      return submit.call(gpu.queue, buffers);
    };
    const runs = await Promise.allSettled([0, 1, 2, 3].map((i) => model.forward(tinyBatch(1, i))));
    gpu.queue.submit = submit;
    expect(runs.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(runs[1]).toMatchObject({ reason: { name: 'DeviceError', code: 'invalid_program' } });
    for (const i of [0, 2, 3]) {
      const logits = await (runs[i] as PromiseFulfilledResult<Awaited<ReturnType<Model['forward']>>>).value.data();
      expect(logits).toEqual(alone.tiny_branches[i]);
    }
  });
});

describe('weights that cannot be taken over', () => {
  it('are told to whoever waits, and are taken over at the next call', async () => {
    await using model = await load('tiny_branches');
    const trainer = await model.trainer(learning);
    await trainer.step(batch(0));
    const gpu = device.acquired.device;
    const { createBuffer } = gpu;
    Object.defineProperty(gpu, 'createBuffer', {
      configurable: true,
      value: () => {
        throw new RangeError('no more memory');
      },
    });
    const calls = await Promise.allSettled([model.forward(tinyBatch(1)), model.forward(tinyBatch(1))]);
    Object.defineProperty(gpu, 'createBuffer', { configurable: true, value: createBuffer });
    for (const call of calls) expect(call).toMatchObject({ status: 'rejected', reason: { message: 'no more memory' } });
    const learnt = await (await model.forward(tinyBatch(1))).data();
    expect(learnt).not.toEqual(alone.tiny_branches[0]);
    await using again = await models.load('tiny_branches', { device, weights: await trainer.stateDict() });
    expect(await (await again.forward(tinyBatch(1))).data()).toEqual(learnt);
    await trainer.dispose();
  });
});
