// The trainer on its own: the same bits every time, what is saved and taken up again, what memory it takes, and how it fails.

import { describe, expect, it } from 'vitest';
import { type Model, Registry, type StateDict } from '../../src/index.ts';
import { lenet } from '../../src/models/lenet.ts';
import { resnetCifar } from '../../src/models/resnet_cifar.ts';
import { PlanError, TrainingError, UsageError } from '../../src/runtime/errors.ts';
import { tensor } from '../../src/runtime/tensor.ts';
import { crossEntropy } from '../../src/training/losses.ts';
import { adamw, sgd } from '../../src/training/optimizers.ts';
import type { Trainer, TrainerOptions } from '../../src/training/trainer.ts';
import { sha256 } from '../../src/weights/sha256.ts';
import { spiedDevice } from '../support/device_spy.ts';
import { fillImage, fillLabels } from '../support/fill.ts';
import { tiny, tinyBatch, tinyState } from '../support/tiny_plugin.ts';

const models = new Registry([tiny, lenet, resnetCifar]);
const momentum = sgd({ lr: 0.05, momentum: 0.9, weightDecay: 5e-4 });

/** Batch `i` of a made-up task. */
const batch = (i: number, n = 4, classes = 7) => ({
  images: tinyBatch(n, n * i),
  labels: fillLabels(n, classes, `labels${i}`),
});

async function steps(trainer: Trainer, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = from; i < to; i++) losses.push((await trainer.step(batch(i % 5))).loss);
  return losses;
}

function hash(state: StateDict): string {
  const hasher = sha256();
  for (const { data } of Object.values(state)) hasher.update(new Uint8Array(data.slice().buffer));
  return hasher.hex();
}

async function using<T>(options: TrainerOptions, work: (trainer: Trainer, model: Model) => Promise<T>): Promise<T> {
  await using model = await models.load('tiny_branches', { weights: tinyState() });
  const trainer = await model.trainer(options);
  try {
    return await work(trainer, model);
  } finally {
    await trainer.dispose();
  }
}

describe('a trainer', () => {
  it('gives the same bits from the same seed, dropout included, and others from another', async () => {
    const run = (seed: number) =>
      using({ optimizer: momentum, seed }, async (trainer) => {
        await steps(trainer, 0, 30);
        return hash(await trainer.stateDict());
      });
    const once = await run(1);
    expect(await run(1)).toBe(once);
    expect(await run(2)).not.toBe(once);
  });

  it('goes on from its variables and progress to the same bits', async () => {
    const straight = await using({ optimizer: momentum, average: 0.9 }, async (trainer) => {
      await steps(trainer, 0, 20);
      return hash(await trainer.stateDict());
    });
    const saved = await using({ optimizer: momentum, average: 0.9 }, async (trainer) => {
      await steps(trainer, 0, 10);
      return { variables: await trainer.variables(), progress: trainer.progress };
    });
    const resumed = await using({ optimizer: momentum, average: 0.9 }, async (trainer) => {
      trainer.restore(saved.variables, JSON.parse(JSON.stringify(saved.progress)));
      await steps(trainer, 10, 20);
      return hash(await trainer.stateDict());
    });
    expect(resumed).toBe(straight);
  });

  it('gives the model what was learnt, and the counters of batch norms', async () => {
    await using({ optimizer: momentum }, async (trainer, model) => {
      const before = await (await model.forward(tinyBatch(2))).data();
      const first = await trainer.step(batch(0));
      const losses = await steps(trainer, 0, 15);
      expect(first.updated).toBe(true);
      expect(losses.at(-1)).toBeLessThan(first.loss);
      const after = await (await model.forward(tinyBatch(2))).data();
      expect(after).not.toEqual(before);
      const state = await model.stateDict();
      expect(state['stem.bn.num_batches_tracked']!.data[0]).toBe(16);
      expect(hash(state)).toBe(hash(await trainer.stateDict()));
      await using again = await models.load('tiny_branches', { weights: state });
      expect(await (await again.forward(tinyBatch(2))).data()).toEqual(after);
    });
  });

  it('learns the same from a batch in parts as from the whole, where nothing looks at the batch', async () => {
    const weights = tinyState('tiny_wide');
    const run = async (accumulate: number) => {
      await using model = await models.load('tiny_wide', { weights });
      const trainer = await model.trainer({ optimizer: momentum, accumulate, dropout: false });
      const all = batch(0, 8, 5);
      const data = await all.images.data();
      const n = 8 / accumulate;
      for (let round = 0; round < 3; round++)
        for (let part = 0; part < accumulate; part++) {
          const images = tensor(data.slice((part * n * data.length) / 8, ((part + 1) * n * data.length) / 8), [
            n,
            3,
            16,
            16,
          ]);
          const { updated } = await trainer.step({ images, labels: all.labels.slice(part * n, (part + 1) * n) });
          expect(updated).toBe(part === accumulate - 1);
        }
      const state = await trainer.stateDict();
      await trainer.dispose();
      return state;
    };
    const [whole, parts] = [await run(1), await run(4)];
    for (const [name, { data }] of Object.entries(whole)) {
      const most = data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      // Sums of the same terms in another order.
      for (const [i, v] of data.entries()) expect(Math.abs(v - parts[name]!.data[i]!)).toBeLessThanOrEqual(1e-5 * most);
    }
  });

  it('leaves alone what is frozen, its batch norms too', async () => {
    const weights = tinyState();
    await using model = await models.load('tiny_branches', { weights, freeze: ['stem', 'block.*'] });
    const trainer = await model.trainer({ optimizer: momentum });
    await steps(trainer, 0, 3);
    const state = await trainer.stateDict();
    for (const [name, { data }] of Object.entries(weights)) {
      const frozen = name.startsWith('stem.') || name.startsWith('block.');
      expect(
        [...state[name]!.data].every((v, i) => v === data[i]),
        name,
      ).toBe(frozen);
    }
    await trainer.dispose();
    await using features = await models.load('tiny_branches', { weights, freeze: 'features' });
    const last = await features.trainer({ optimizer: momentum });
    await steps(last, 0, 2);
    const learnt = Object.entries(await last.stateDict()).filter(([name, { data }]) =>
      data.some((v, i) => v !== weights[name]!.data[i]),
    );
    expect(learnt.map(([name]) => name)).toEqual(['fc.weight', 'fc.bias']);
    await last.dispose();
  });

  it('averages weights for the model, and trains on its own', async () => {
    await using({ optimizer: momentum, average: 0.5 }, async (trainer) => {
      const start = tinyState()['fc.weight']!.data;
      let average = start;
      for (let i = 0; i < 4; i++) {
        await trainer.step(batch(i));
        const now = (await trainer.variables())['fc.weight']!.data;
        average = average.map((v, at) => Math.fround(Math.fround(0.5 * v) + Math.fround(0.5 * now[at]!)));
      }
      const state = await trainer.stateDict();
      for (const [i, v] of average.entries()) expect(Math.abs(v - state['fc.weight']!.data[i]!)).toBeLessThan(1e-6);
    });
  });

  it('makes activations again rather than pass its budget, to the same bits', async () => {
    const images = tensor(fillImage([4, 3, 32, 32]), [4, 3, 32, 32]);
    const run = async (budgetBytes?: number) => {
      await using model = await models.load('resnet20', { seed: 1 });
      const trainer = await model.trainer({ optimizer: momentum, ...(budgetBytes !== undefined && { budgetBytes }) });
      for (let i = 0; i < 3; i++) await trainer.step({ images, labels: fillLabels(4, 10, `labels${i}`) });
      const made = { bytes: trainer.peakBytes(4)!, hash: hash(await trainer.stateDict()) };
      await trainer.dispose();
      return made;
    };
    const free = await run();
    const tight = await run(free.bytes - 1);
    expect(tight.bytes).toBeLessThan(free.bytes);
    expect(tight.hash).toBe(free.hash);
    await expect(run(1000)).rejects.toThrow(PlanError);
  });

  it('allocates nothing after the first step', async () => {
    const { device, spy } = await spiedDevice();
    await using model = await models.load('tiny_branches', { weights: tinyState(), device });
    const trainer = await model.trainer({ optimizer: adamw({ lr: 1e-3 }) });
    await trainer.step(batch(0));
    const [made, calls] = [spy.made.length, new Map(spy.calls)];
    for (let i = 1; i < 20; i++) await trainer.step(batch(i));
    expect(spy.made.length).toBe(made);
    expect(spy.calls).toEqual(calls);
    await trainer.dispose();
    device.destroy();
  });

  it('names the layer and operator of the first NaN, and leaves the weights as they were', async () => {
    const weights = tinyState();
    weights['block.conv.weight']!.data[3] = 3e38;
    await using model = await models.load('tiny_branches', { weights });
    const trainer = await model.trainer({ optimizer: momentum });
    const failed = trainer.step(batch(0));
    await expect(failed).rejects.toThrow(TrainingError);
    await expect(failed).rejects.toMatchObject({
      code: 'not_finite',
      message: expect.stringMatching(/^a NaN or infinity at step 1: \w+\(block\.(conv|bn)\) made the first$/),
    });
    const state = await trainer.stateDict();
    for (const name of ['fc.weight', 'block.conv.weight', 'stem.conv.weight'])
      expect(state[name]!.data).toEqual(weights[name]!.data);
    await trainer.dispose();
  });

  it('clips gradients and counts classes as it is told', async () => {
    const optimizer = sgd({ lr: 1, clipNorm: 0.01 });
    const loss = crossEntropy({ labelSmoothing: 0.1, classWeights: [1, 2, 1, 1, 1, 1, 1] });
    await using({ optimizer, loss, dropout: false }, async (trainer) => {
      const start = tinyState();
      const { gradientNorm } = await trainer.step(batch(0));
      expect(gradientNorm).toBeGreaterThan(0.01);
      const now = await trainer.variables();
      const learnt = Object.entries(now).filter(([name]) => /(weight|bias)$/.test(name) && start[name]);
      const moved = learnt.flatMap(([name, { data }]) => [...data].map((v, i) => v - start[name]!.data[i]!));
      // A rate of one moves the weights by the clipped gradient.
      expect(Math.hypot(...moved)).toBeCloseTo(0.01, 5);
    });
  });

  it('refuses what it cannot learn from', async () => {
    await using({}, async (trainer, model) => {
      const { images } = batch(0);
      const labels = [0, 1, 2, 3];
      const cases: [Parameters<Trainer['step']>[0], string][] = [
        [{ images, labels: [0, 1] }, 'step of tiny_branches: 4 images have 2 labels'],
        [{ images, labels: [0, 1, 2, 7] }, 'step of tiny_branches: label 7 is none of the 7 classes'],
        [{ images }, 'step of tiny_branches: give either labels or targets'],
        [
          { images: tensor(new Float32Array(12), [1, 3, 2, 2]), labels },
          'step of tiny_branches: images must be [n,3,16,16] and are [1,3,2,2]',
        ],
        [
          { images, targets: tensor(new Float32Array(8), [4, 2]) },
          'step of tiny_branches: targets must be [4,7] and are [4,2]',
        ],
      ];
      for (const [given, message] of cases)
        await expect(trainer.step(given)).rejects.toThrow(new UsageError('invalid_argument', message));
      await expect(model.trainer({ acumulate: 2 } as TrainerOptions)).rejects.toThrow(
        new UsageError('invalid_argument', 'train tiny_branches: there is no option acumulate'),
      );
    });
    await expect(models.load('tiny_branches', { freeze: 'stom' })).rejects.toThrow(
      new UsageError('invalid_argument', 'load tiny_branches: freeze names stom, and no parameter is called so'),
    );
    await using all = await models.load('tiny_branches', { freeze: '*' });
    await expect(all.trainer()).rejects.toThrow(
      new UsageError('invalid_argument', 'train tiny_branches: everything is frozen, nothing can learn'),
    );
  });
});

it('learns mixtures after class numbers, and answers as torch counts them', async () => {
  await using model = await models.load('lenet5', { seed: 3 });
  const trainer = await model.trainer({ optimizer: momentum });
  const images = tensor(fillImage([2, 1, 28, 28]), [2, 1, 28, 28]);
  const hard = await trainer.step({ images, labels: [3, 5] });
  const targets = tensor(
    Float32Array.from({ length: 20 }, (_, i) => (i === 3 || i === 15 ? 1 : 0)),
    [2, 10],
  );
  const soft = await trainer.step({ images, targets });
  expect(soft.loss).toBeLessThan(hard.loss);
  const again = await trainer.step({ images, labels: [3, 5] });
  expect(again.loss).toBeLessThan(soft.loss);
  await trainer.dispose();
  await expect(trainer.step({ images, labels: [3, 5] })).rejects.toThrow(UsageError);
});
