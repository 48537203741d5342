// The loss of a device: a model loads itself again from the same source, once for all its callers, and answers as before.

import { describe, expect, it } from 'vitest';
import { type Model, type Progress, Registry } from '../../src/index.ts';
import { sharedDevice } from '../../src/runtime/device/device.ts';
import { writeSafetensors } from '../../src/weights/write_safetensors.ts';
import { lose, spiedDevice, spyOn } from '../support/device_spy.ts';
import { tiny, tinyBatch, tinyState } from '../support/tiny_plugin.ts';

const models = new Registry([tiny]);
const weights = tinyState();
const logits = async (model: Model, n = 1) => (await model.forward(tinyBatch(n))).data();

describe('a model whose device is lost', () => {
  it('answers with the same bits from a new one', async () => {
    await using model = await models.load('tiny_branches', { weights });
    const expected = await logits(model, 3);
    const { device } = model;
    lose(device);
    expect(device.gone).toBe(true);
    expect(await logits(model, 3)).toEqual(expected);
    expect(model.device).not.toBe(device);
    expect(await sharedDevice()).toBe(model.device);
    lose(model.device);
    expect((await model.profile(tinyBatch(1))).rows.length).toBeGreaterThan(0);
    expect(await logits(model, 3)).toEqual(expected);
  });

  it('answers what was under way', async () => {
    await using model = await models.load('tiny_branches', { weights });
    const expected = await logits(model, 2);
    for (let ticks = 0; ticks < 12; ticks += 3) {
      const running = logits(model, 2);
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      lose(model.device);
      expect(await running).toEqual(expected);
    }
  });

  it('loads once for all who wait, with no progress and no signal of old', async () => {
    const stop = new AbortController();
    const steps: Progress[] = [];
    const onProgress = (step: Progress) => steps.push(step);
    await using model = await models.load('tiny_branches', { weights, signal: stop.signal, onProgress });
    const [one, two] = [await logits(model, 1), await logits(model, 2)];
    stop.abort();
    const told = steps.length;
    lose(model.device);
    const spy = spyOn((await sharedDevice()).acquired.device);
    const answers = await Promise.all([1, 2, 1, 2, 1].map((n) => logits(model, n)));
    expect(answers).toEqual([one, two, one, two, one]);
    expect(spy.made.filter(({ label }) => label === 'fc.bias')).toHaveLength(1);
    expect(steps.length).toBe(told);
  });

  it('passes on a second loss, and heals at the next call', async () => {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const part of writeSafetensors(weights)) parts.push(part);
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    let losing = false;
    const source = {
      name: 'tiny.safetensors',
      size: bytes.length,
      read: async (start: number, end: number) => {
        if (losing && start > 1000) lose(await sharedDevice());
        return bytes.subarray(start, end);
      },
      close: async () => {},
    };
    await using model = await models.load('tiny_branches', { weights: source });
    const expected = await logits(model);
    losing = true;
    lose(model.device);
    const [first, second] = await Promise.allSettled([logits(model), logits(model)]);
    const error = expect.objectContaining({ name: 'DeviceError', code: 'device_lost' });
    expect(first).toEqual({ status: 'rejected', reason: error });
    expect(second).toEqual({ status: 'rejected', reason: error });
    losing = false;
    expect(await logits(model)).toEqual(expected);
  });

  it('stays disposed when it is disposed of meanwhile', async () => {
    const model = await models.load('tiny_branches', { weights });
    lose(model.device);
    const spy = spyOn((await sharedDevice()).acquired.device);
    const running = logits(model).catch((error: unknown) => error);
    while (!spy.made.some(({ label }) => label === 'stem.conv.weight')) await new Promise((go) => setTimeout(go));
    model.dispose();
    expect(await running).toMatchObject({ code: 'disposed' });
    expect(spy.live()).toEqual([]);
  });

  it('cannot heal on a device of the caller’s', async () => {
    const { device } = await spiedDevice();
    await using model = await models.load('tiny_branches', { weights, device });
    lose(device);
    await expect(logits(model)).rejects.toMatchObject({
      code: 'device_lost',
      message: 'load tiny_branches: the given device is lost or destroyed',
    });
  });
});
