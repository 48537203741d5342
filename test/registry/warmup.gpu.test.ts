// Warming up: all that a first run makes is made, nothing of it is compiled again for another batch, and whoever stops is not kept.

import { describe, expect, it } from 'vitest';
import { type Progress, Registry } from '../../src/index.ts';
import { spiedDevice, spyOn } from '../support/device_spy.ts';
import { tiny, tinyBatch, tinyState } from '../support/tiny_plugin.ts';

const models = new Registry([tiny]);
const { device, spy } = await spiedDevice();
const weights = tinyState();
const load = (options = {}) => models.load('tiny_branches', { device, weights, ...options });

describe('warmup', () => {
  it.each([1, 3])('of %i leaves nothing to make for the first answer', async (batch) => {
    await using cold = await load();
    const expected = await (await cold.forward(tinyBatch(batch))).data();
    await using model = await load();
    await model.warmup({ batch });
    const before = { live: spy.live(), calls: new Map(spy.calls) };
    expect(await (await model.forward(tinyBatch(batch))).data()).toEqual(expected);
    expect({ live: spy.live(), calls: spy.calls }).toEqual(before);
  });

  it('is one image where nothing else is said, and an option of load', async () => {
    const steps: Progress[] = [];
    const onProgress = (step: Progress) => steps.push(step);
    await using model = await load({ warmup: true, onProgress });
    expect(steps.filter(({ phase }) => phase === 'warmup')).toEqual([
      { phase: 'warmup', unit: 'runs', done: 0, total: 1 },
      { phase: 'warmup', unit: 'runs', done: 1, total: 1 },
    ]);
    expect(steps.at(-1)?.phase).toBe('warmup');
    const before = new Map(spy.calls);
    await model.forward(tinyBatch(1));
    expect(spy.calls).toEqual(before);
    await using eight = await load({ warmup: 8 });
    const then = new Map(spy.calls);
    await eight.forward(tinyBatch(8));
    expect(spy.calls).toEqual(then);
  });

  it('compiles all there is to compile: no batch size asks for more', async () => {
    const { device: own } = await spiedDevice();
    const gpu = own.acquired.device;
    const make = gpu.createComputePipelineAsync.bind(gpu);
    let compiled = 0;
    const counting = (descriptor: GPUComputePipelineDescriptor) => {
      compiled++;
      return make(descriptor);
    };
    Object.defineProperty(gpu, 'createComputePipelineAsync', { value: counting });
    const { calls } = spyOn(gpu);
    await using model = await load({ device: own, warmup: true });
    expect(compiled).toBeGreaterThan(3);
    const before = [compiled, calls.get('createShaderModule')];
    for (const n of [8, 1, 3, 8]) await model.forward(tinyBatch(n));
    await model.warmup({ batch: 5 });
    for await (const { error } of model.stream([tinyBatch(1), tinyBatch(1), tinyBatch(1)], { batch: 2 }))
      expect(error).toBeUndefined();
    expect([compiled, calls.get('createShaderModule')]).toEqual(before);
    own.destroy();
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a batch of %d', async (batch) => {
    await using model = await load();
    await expect(model.warmup({ batch })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: `warmup of tiny_branches: batch must be a positive whole number and is ${batch}`,
    });
    await expect(load({ warmup: batch })).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('can be stopped, and a load that is stopped there leaves nothing', async () => {
    const reason = new Error('the person left');
    await using model = await load();
    await expect(model.warmup({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const stop = new AbortController();
    const warming = model.warmup({ batch: 4, signal: stop.signal });
    stop.abort(reason);
    await expect(warming).rejects.toBe(reason);
    expect(await (await model.forward(tinyBatch(1))).data()).toHaveLength(7);
    const before = spy.live();
    const during = new AbortController();
    const onProgress = ({ phase }: Progress) => {
      if (phase === 'warmup') during.abort(reason);
    };
    await expect(load({ warmup: 2, signal: during.signal, onProgress })).rejects.toBe(reason);
    await device.acquired.device.queue.onSubmittedWorkDone();
    expect(spy.live()).toEqual(before);
    expect(device.acquired.fault()).toBeNull();
  });

  it('of a model that was disposed of says so', async () => {
    const model = await load();
    model.dispose();
    await expect(model.warmup()).rejects.toMatchObject({ code: 'disposed' });
  });
});
