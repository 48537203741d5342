// Mixed precision: how near it comes to single precision, what an overflow does, and that it repeats itself to the bit.

import { describe, expect, it } from 'vitest';
import { registry } from '../../src/index.ts';
import { DeviceError, TrainingError } from '../../src/runtime/errors.ts';
import { tensor } from '../../src/runtime/tensor.ts';
import { FIRST_SCALE } from '../../src/training/loss_scale.ts';
import { sgd } from '../../src/training/optimizers.ts';
import type { StepResult, Trainer, TrainerOptions } from '../../src/training/trainer.ts';
import { sha256 } from '../../src/weights/sha256.ts';
import type { StateDict } from '../../src/weights/tensors.ts';
import { fillImage, fillLabels } from '../support/fill.ts';
import { testDevice } from '../support/gpu.ts';

const { facts } = await testDevice();

const BATCH = 8;
/** Layers that store an activation, on the longest way through the network. */
const nets = {
  lenet5: { channels: 1, size: 28, layers: 8 },
  resnet20: { channels: 3, size: 32, layers: 60 },
};
type Net = keyof typeof nets;

const optimizer = sgd({ lr: 0.05, momentum: 0.9 });

async function using<T>(net: Net, options: TrainerOptions, work: (trainer: Trainer) => Promise<T>): Promise<T> {
  await using model = await registry.load(net, { seed: 7 });
  const trainer = await model.trainer({ optimizer, ...options });
  try {
    return await work(trainer);
  } finally {
    await trainer.dispose();
  }
}

/** Steps on one batch. */
async function steps(trainer: Trainer, net: Net, count: number): Promise<StepResult[]> {
  const { channels, size } = nets[net];
  const shape = [BATCH, channels, size, size] as const;
  const batch = { images: tensor(fillImage([...shape]), shape), labels: fillLabels(BATCH, 10, 'labels') };
  const results: StepResult[] = [];
  for (let i = 0; i < count; i++) results.push(await trainer.step(batch));
  return results;
}

function hash(state: StateDict): string {
  const hasher = sha256();
  for (const { data } of Object.values(state)) hasher.update(new Uint8Array(data.slice().buffer));
  return hasher.hex();
}

/** The largest 2-norm of an image's logits. */
async function largest(results: readonly StepResult[]): Promise<number> {
  let most = 0;
  for (const { logits } of results) {
    const values = await logits.data();
    for (let n = 0; n < BATCH; n++) most = Math.max(most, Math.hypot(...values.subarray(10 * n, 10 * n + 10)));
  }
  return most;
}

describe.runIf(facts.features.f16)('training in half precision', () => {
  for (const net of ['lenet5', 'resnet20'] as const)
    it(`brings down the loss of ${net} as single precision does`, { timeout: 300_000 }, async () => {
      const single = await using(net, {}, (trainer) => steps(trainer, net, 8));
      const half = await using(net, { precision: 'f16' }, (trainer) => steps(trainer, net, 8));
      expect(half.every(({ updated }) => updated)).toBe(true);
      expect(half.at(-1)!.loss).toBeLessThan(0.9 * half[0]!.loss);
      // Each stored activation is off by 2^-11 of itself, independently of the others; the loss follows the logits by at most
      // sqrt 2. As DESIGN has it, four standard deviations. Each step adds the error of its gradient.
      const error = 4 * Math.SQRT2 * Math.sqrt(nets[net].layers) * 2 ** -11 * (await largest(single));
      for (const [i, { loss }] of half.slice(0, 4).entries())
        expect(Math.abs(loss - single[i]!.loss), `step ${i}`).toBeLessThan((i + 1) * error);
      // It is another computation, not the same.
      expect(half[0]!.loss).not.toBe(single[0]!.loss);
    });

  it('gives the same bits from the same seed, and when it is taken up again', async () => {
    const straight = () =>
      using('resnet20', { precision: 'f16' }, async (trainer) => {
        await steps(trainer, 'resnet20', 6);
        return hash(await trainer.stateDict());
      });
    const once = await straight();
    expect(await straight()).toBe(once);
    const saved = await using('resnet20', { precision: 'f16' }, async (trainer) => {
      await steps(trainer, 'resnet20', 3);
      return { variables: await trainer.variables(), progress: JSON.parse(JSON.stringify(trainer.progress)) };
    });
    const resumed = await using('resnet20', { precision: 'f16' }, async (trainer) => {
      trainer.restore(saved.variables, saved.progress);
      await steps(trainer, 'resnet20', 3);
      return hash(await trainer.stateDict());
    });
    expect(resumed).toBe(once);
  });

  it('skips a step that overflows, and halves the scale until none does', async () => {
    await using('resnet20', { precision: 'f16' }, async (trainer) => {
      expect(trainer.progress.lossScale).toEqual(FIRST_SCALE);
      trainer.restore(await trainer.variables(), { ...trainer.progress, lossScale: { value: 2 ** 40, held: 5 } });
      const before = hash(learnt(await trainer.stateDict()));
      const [first] = await steps(trainer, 'resnet20', 1);
      expect(first!.updated).toBe(false);
      expect(Number.isFinite(first!.loss)).toBe(true);
      expect(trainer.progress).toMatchObject({ steps: 0, lossScale: { value: 2 ** 39, held: 0 } });
      expect(hash(learnt(await trainer.stateDict()))).toBe(before);
      const later = await steps(trainer, 'resnet20', 30);
      const refused = later.findIndex(({ updated }) => updated);
      expect(refused).toBeGreaterThan(0);
      expect(later.slice(refused).every(({ updated }) => updated)).toBe(true);
      expect(trainer.progress).toMatchObject({ steps: 30 - refused, lossScale: { value: 2 ** (39 - refused) } });
      expect(later.at(-1)!.loss).toBeLessThan(first!.loss);
    });
  });

  it('names the layer where a smaller scale does not help', async () => {
    await using model = await registry.load('resnet20', { seed: 7 });
    const state = await model.stateDict();
    state['conv1.weight']!.data.fill(1e6);
    await using broken = await registry.load('resnet20', { weights: state });
    const trainer = await broken.trainer({ optimizer, precision: 'f16' });
    trainer.restore(await trainer.variables(), { ...trainer.progress, lossScale: { value: 1, held: 0 } });
    const failed = steps(trainer, 'resnet20', 1);
    await expect(failed).rejects.toThrow(TrainingError);
    await expect(failed).rejects.toThrow(/^a NaN or infinity at step 1: conv2d\(conv1\) made the first$/);
    await trainer.dispose();
  });
});

/** Without batch norms' statistics, which the forward pass moves before it is known that the step comes to nothing. */
function learnt(state: StateDict): StateDict {
  return Object.fromEntries(Object.entries(state).filter(([name]) => !/running_|num_batches/.test(name)));
}

it.runIf(!facts.features.f16)('is refused where the adapter has none', async () => {
  await using model = await registry.load('lenet5', { seed: 7 });
  const refused = model.trainer({ precision: 'f16' });
  await expect(refused).rejects.toThrow(DeviceError);
  await expect(refused).rejects.toMatchObject({ code: 'missing_feature' });
});
