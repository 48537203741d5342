// A model loaded in half precision: what it answers, what it takes, and what it still gives back.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Model, Registry } from '../../src/index.ts';
import { spiedDevice } from '../support/device_spy.ts';
import { HALF_ROUNDING } from '../support/halves.ts';
import { tiny, tinyBatch, tinyState } from '../support/tiny_plugin.ts';

const models = new Registry([tiny]);
const { device, spy } = await spiedDevice();
const weights = tinyState();
const load = (precision: 'f32' | 'f16') => models.load('tiny_branches', { device, weights, precision });
const logits = async (model: Model, n = 3) => (await model.forward(tinyBatch(n))).data();

let half: Model;
beforeAll(async () => {
  half = await load('f16');
});
afterAll(() => half.dispose());

describe('a model in half precision', () => {
  it('answers as one in single precision does, and alike in batches of any size', async () => {
    await using single = await load('f32');
    const [expected, actual] = [await logits(single), await logits(half)];
    const largest = expected.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
    // Ten roundings on the way, of weights and of activations, each of them once for all its terms. As DESIGN has it, four deviations.
    const bound = 4 * Math.sqrt(10) * HALF_ROUNDING * largest;
    for (const [i, logit] of actual.entries()) expect(Math.abs(logit - expected[i]!)).toBeLessThan(bound);
    expect(actual).not.toEqual(expected);
    expect(await logits(half, 1)).toEqual(actual.slice(0, 7));
  });

  it('says how its numbers are stored', async () => {
    await using single = await load('f32');
    const activations = device.facts.features.f16 ? 'f16' : 'f32';
    const [before, after] = [single.summary(), half.summary()];
    expect(before.storage).toEqual({ weights: 'f32', activations: 'f32' });
    expect(after.storage).toEqual({ weights: 'f16', activations });
    expect(String(after)).toContain(`weights are stored as f16, activations as ${activations}`);
    expect(String(before)).not.toContain('f16');
    // conv 3x3 of 3 -> 8, 8 -> 8 and 8 -> 8, 1x1 of 8 -> 4; 12 -> 7.
    const halved = 216 + 576 + 576 + 32 + 84;
    expect(before.weightBytes - after.weightBytes).toBe(2 * halved);
    expect(after.peakBytes).toBeLessThan(before.peakBytes);
  });

  it('takes the bytes that the plan says, and keeps no other form of its weights', async () => {
    const sum = () => spy.live().reduce((total, { bytes }) => total + bytes, 0);
    const before = sum();
    await using one = await load('f16');
    await one.forward(tinyBatch(1));
    expect(sum() - before).toBe(one.summary().peakBytes);
  });

  it('gives back the weights that it was loaded from', async () => {
    expect(await half.stateDict()).toEqual(weights);
  });

  it('is told of by the registry', () => {
    const [single, stored] = [models.describe('tiny_wide'), models.describe('tiny_wide', { precision: 'f16' })];
    // conv 1x1 of 3 -> 1, linear layers of 256 -> 192 -> 5.
    expect(single.weightBytes - stored.weightBytes).toBe(2 * (3 + 192 * 256 + 5 * 192));
    // Images of one channel before and after the ReLU; vectors stay as they were.
    expect(single.activationBytes - stored.activationBytes).toBe(2 * 2 * 16 * 16);
  });

  it('explains and learns like others', async () => {
    await using model = await load('f16');
    const trainer = await model.trainer();
    const before = await logits(model);
    await trainer.step({ images: tinyBatch(3), labels: [0, 1, 2] });
    expect(await logits(model)).not.toEqual(before);
    expect(model.summary().storage.weights).toBe('f16');
    await trainer.dispose();
    const picture = { data: new Uint8Array(20 * 24 * 3).fill(90), width: 24, height: 20, channels: 3 as const };
    expect((await model.gradCam(picture)).shape).toEqual([16, 16]);
  });
});
