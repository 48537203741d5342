// A loaded model: the same bits every time, batches of any size, answers in order, tables that add up, and no memory kept.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Model, Registry, type Tensor, tensor } from '../../src/index.ts';
import { elementCount } from '../../src/runtime/graph/value.ts';
import { spiedDevice } from '../support/device_spy.ts';
import { CLASSES, tiny, tinyBatch, tinyState } from '../support/tiny_plugin.ts';

const models = new Registry([tiny]);
// One for all that leave it as it was: a device compiles its pipelines anew.
const { device, spy } = await spiedDevice();
const weights = tinyState();
const load = () => models.load('tiny_branches', { device, weights, classNames: CLASSES });

async function rows(model: Model, batch: Tensor): Promise<Float32Array[]> {
  const y = await model.forward(batch);
  const [n = 0, width = 0] = y.shape;
  const data = await y.data();
  return Array.from({ length: n }, (_, i) => data.slice(i * width, (i + 1) * width));
}

let model: Model;
beforeAll(async () => {
  model = await load();
});
afterAll(() => model.dispose());

describe('forward', () => {
  it('gives each image the same bits in batches of 1, 3, 8 and 1 again', async () => {
    const eight = await rows(model, tinyBatch(8));
    const one = await rows(model, tinyBatch(1));
    expect(eight).toHaveLength(8);
    expect(new Set(eight.map(String)).size).toBe(8);
    expect(await rows(model, tinyBatch(3))).toEqual(eight.slice(0, 3));
    expect(one).toEqual(eight.slice(0, 1));
    expect(await rows(model, tinyBatch(8))).toEqual(eight);
    expect(await rows(model, tinyBatch(1))).toEqual(one);
  });

  it('gives the same bits after another load', async () => {
    await using again = await load();
    expect(await rows(again, tinyBatch(2))).toEqual(await rows(model, tinyBatch(2)));
  });

  it('answers each of many calls at once with its own', async () => {
    const sizes = [1, 3, 1, 2, 8, 1];
    const at = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
    const together = await Promise.all(sizes.map((n, i) => rows(model, tinyBatch(n, at[i]))));
    const all: Float32Array[] = [];
    for (let i = 0; i < 16; i++) all.push(...(await rows(model, tinyBatch(1, i))));
    expect(together.flat()).toEqual(all);
  });

  it.each([
    [[3, 16, 16], 'tiny_branches takes [n,3,16,16] and was given [3,16,16]'],
    [[1, 1, 16, 16], 'tiny_branches takes [n,3,16,16] and was given [1,1,16,16]'],
    [[1, 3, 16, 17], 'tiny_branches takes [n,3,16,16] and was given [1,3,16,17]'],
    [[0, 3, 16, 16], 'tiny_branches takes [n,3,16,16] and was given [0,3,16,16]'],
    [[1, 1, 3, 16, 16], 'tiny_branches takes [n,3,16,16] and was given [1,1,3,16,16]'],
    [[], 'tiny_branches takes [n,3,16,16] and was given []'],
  ])('refuses %j, and so does profile', async (shape, message) => {
    const batch = tensor(new Float32Array(elementCount(shape)), shape);
    const error = { name: 'UsageError', code: 'invalid_argument', message };
    await expect(model.forward(batch)).rejects.toMatchObject(error);
    await expect(model.profile(batch)).rejects.toMatchObject(error);
  });

  it('runs in parts what the limits do not allow at once', async () => {
    const expected = await rows(model, tinyBatch(7));
    // The stem's output takes 8 KiB an image.
    const { device: small, spy } = await spiedDevice({ maxStorageBufferBindingSize: 32 * 1024 });
    await using parts = await models.load('tiny_branches', { device: small, weights });
    expect(await rows(parts, tinyBatch(7))).toEqual(expected);
    const inputs = spy.made.filter(({ label }) => label === 'image').map(({ bytes }) => bytes / (4 * 3 * 16 * 16));
    expect(inputs.length).toBeGreaterThan(0);
    expect(Math.max(...inputs)).toBeLessThan(7);
    small.destroy();
  });

  it('splits weights that one binding does not hold', async () => {
    const wide = tinyState('tiny_wide');
    await using whole = await models.load('tiny_wide', { device, weights: wide });
    // hidden.weight has 192 KiB.
    const { device: small } = await spiedDevice({ maxStorageBufferBindingSize: 80 * 1024 });
    await using split = await models.load('tiny_wide', { device: small, weights: wide });
    const hidden = async (of: Model) =>
      (await of.profile(tinyBatch(1))).rows.filter(
        ({ layer, operator }) => layer === 'hidden' && operator !== 'concat',
      );
    expect((await hidden(split)).length).toBe(3 * (await hidden(whole)).length);
    expect(await rows(split, tinyBatch(2))).toEqual(await rows(whole, tinyBatch(2)));
    small.destroy();
  });
});

describe('classify', () => {
  const picture = {
    data: Uint8Array.from({ length: 20 * 24 * 3 }, (_, i) => (i * 89) % 251),
    width: 24,
    height: 20,
    channels: 3 as const,
  };

  it('names the classes, best first, with probabilities that sum to one', async () => {
    const answers = await model.classify(picture, { top: CLASSES.length });
    const logits = (await rows(model, await model.read(picture)))[0]!;
    expect(new Set(answers.map(({ index }) => index)).size).toBe(CLASSES.length);
    for (const [i, { label, index, probability }] of answers.entries()) {
      expect(label).toBe(CLASSES[index]);
      expect(probability).toBeLessThanOrEqual(answers[i - 1]?.probability ?? 1);
      const next = answers[i + 1];
      // softmax: differences of logits are ratios of probabilities.
      if (next) expect(Math.log(probability / next.probability)).toBeCloseTo(logits[index]! - logits[next.index]!, 10);
    }
    expect(answers.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
    expect(await model.classify(picture)).toEqual(answers.slice(0, 5));
    expect(await model.classify(picture, { top: 1 })).toEqual(answers.slice(0, 1));
    expect(await model.classify(picture, { top: 99 })).toEqual(answers);
  });

  it('puts the lower index first among equals, and numbers classes without names', async () => {
    const even = {
      ...tinyState(),
      'fc.weight': { shape: [7, 12], data: new Float32Array(84) },
      'fc.bias': { shape: [7], data: Float32Array.of(0, 1, 0, 1, 0, 1, 0) },
    };
    await using equal = await models.load('tiny_branches', { device, weights: even });
    const answers = await equal.classify(picture, { top: 7 });
    expect(answers.map(({ index }) => index)).toEqual([1, 3, 5, 0, 2, 4, 6]);
    expect(answers[0]?.label).toBe('class 1');
    expect(answers[0]?.probability).toBe(answers[2]?.probability);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d answers', async (top) => {
    await expect(model.classify(picture, { top })).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('can be stopped', async () => {
    const reason = new Error('stop');
    await expect(model.classify(picture, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('dispose', () => {
  it('ends a model for good, and may be called twice', async () => {
    const done = await load();
    const running = done.forward(tinyBatch(1)).then(
      () => null,
      (error: unknown) => error,
    );
    done.dispose();
    done.dispose();
    const error = { name: 'UsageError', code: 'disposed' };
    expect(await running).toMatchObject(error);
    await expect(done.forward(tinyBatch(1))).rejects.toMatchObject(error);
    await expect(done.profile(tinyBatch(1))).rejects.toMatchObject(error);
    await expect(done.classify(new Uint8Array(3))).rejects.toMatchObject(error);
    expect(() => done.summary()).toThrow('tiny_branches was disposed of');
  });

  it('frees everything, also at any moment of a run', async () => {
    const before = spy.live();
    for (let ticks = 0; ticks < 12; ticks++) {
      const one = await load();
      const running = one.forward(tinyBatch(1)).catch((error: { code: string }) => expect(error.code).toBe('disposed'));
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      one.dispose();
      await running;
      expect(spy.live()).toEqual(before);
    }
    await device.acquired.device.queue.onSubmittedWorkDone();
    expect(device.acquired.fault()).toBeNull();
  });

  it('comes with the end of a block', async () => {
    let kept: Model;
    {
      await using inner = await load();
      kept = inner;
      expect((await inner.forward(tinyBatch(1))).shape).toEqual([1, 7]);
    }
    await expect(kept.forward(tinyBatch(1))).rejects.toMatchObject({ code: 'disposed' });
  });

  it('is not needed of a model whose device was destroyed', async () => {
    const { device: own } = await spiedDevice();
    const one = await models.load('tiny_branches', { device: own, weights });
    await one.forward(tinyBatch(1));
    const running = one.forward(tinyBatch(1)).catch((error: unknown) => error);
    own.destroy();
    const error = { code: 'disposed', message: 'tiny_branches: its device was destroyed' };
    expect(await running).toMatchObject(error);
    await expect(one.forward(tinyBatch(1))).rejects.toMatchObject(error);
    one.dispose();
  });
});

describe('memory', () => {
  it('grows by nothing in run after run', async () => {
    await using one = await load();
    await one.forward(tinyBatch(2));
    const before = { live: spy.live(), calls: new Map(spy.calls) };
    for (let i = 0; i < 20; i++) await one.forward(tinyBatch(2));
    expect({ live: spy.live(), calls: spy.calls }).toEqual(before);
    // Another batch size replaces what the last one had.
    await one.forward(tinyBatch(3));
    await one.forward(tinyBatch(2));
    expect(spy.live()).toEqual(before.live);
  });

  it('has the bytes that the plan says', async () => {
    const sum = () => spy.live().reduce((total, { bytes }) => total + bytes, 0);
    const before = sum();
    await using one = await load();
    await one.forward(tinyBatch(1));
    expect(sum() - before).toBe(one.summary().peakBytes);
  });
});

describe('summary', () => {
  it('adds up', () => {
    const summary = model.summary();
    // conv 3x3 of 3 -> 8, 8 -> 8 and 8 -> 8, 1x1 of 8 -> 4; four batch norms of two vectors; 12 -> 7 and its bias.
    const convolutions = 216 + 576 + 576 + 32;
    expect(summary.parameters).toBe(convolutions + 2 * (8 + 8 + 8 + 4) + 84 + 7);
    expect(summary.layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(summary.parameters);
    expect(summary.macs).toBe(216 * 256 + (576 + 576 + 32) * 64 + 84);
    expect(summary.layers.reduce((sum, { macs }) => sum + macs, 0)).toBe(summary.macs);
    const counted = Object.values(weights).reduce((sum, { data }) => sum + data.length, 0);
    expect(summary.weightBytes).toBe(4 * counted);
    expect(summary.peakBytes).toBeGreaterThan(0);
  });

  it('prints as a table', () => {
    expect(String(model.summary()).replace(/one image .*/, 'one image')).toMatchInlineSnapshot(`
      "tiny_branches
      layer       operator             output       parameters  multiply-adds
      ----------  -------------------  -----------  ----------  -------------
      stem.conv   conv2d               [n,8,16,16]         216         55,296
      stem.bn     batch_norm           [n,8,16,16]          16
      stem.relu   relu                 [n,8,16,16]
      pool        max_pool2d           [n,8,8,8]
      block.conv  conv2d               [n,8,8,8]           576         36,864
      block.bn    batch_norm           [n,8,8,8]            16
      block.add   add                  [n,8,8,8]
      block.relu  relu                 [n,8,8,8]
      left.conv   conv2d               [n,4,8,8]            32          2,048
      left.bn     batch_norm           [n,4,8,8]             8
      right.conv  conv2d               [n,8,8,8]           576         36,864
      right.bn    batch_norm           [n,8,8,8]            16
      cat         concat               [n,12,8,8]
      avgpool     adaptive_avg_pool2d  [n,12,1,1]
      flatten     flatten              [n,12]
      drop        dropout              [n,12]
      fc          linear               [n,7]                91             84
      total                                              1,547        131,156
      weights 0.0 MiB, activations of one image"
    `);
  });
});

describe('profile', () => {
  it('has a row for each dispatch, and the times add up', async () => {
    const profile = await model.profile(tinyBatch(2));
    expect(profile.rows.length).toBeGreaterThan(4);
    const sum = profile.rows.reduce((total, { ms }) => total + ms, 0);
    expect(profile.ms).toBeCloseTo(sum, 9);
    const layers = new Set(model.summary().layers.map(({ name }) => name));
    for (const { layer, kernel, ms, gflops, bytes } of profile.rows) {
      expect([...layers, 'image', 'logits']).toContain(layer);
      expect(kernel).toMatch(/^[a-z0-9_]+$/);
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(gflops).toBeGreaterThanOrEqual(0);
      expect(bytes).toBeGreaterThan(0);
    }
    expect(profile.rows.filter(({ operator }) => operator === 'conv2d').length).toBeGreaterThan(3);
    const [head, rule, ...lines] = String(profile).split('\n');
    expect(head).toMatch(/^layer +kernel +ms +share +GFLOP\/s +MB$/);
    expect(rule).toMatch(/^[- ]+$/);
    expect(lines).toHaveLength(profile.rows.length + 1);
    expect(lines.at(-1)).toMatch(/^total /);
  });

  it('leaves the model as it was, and keeps no memory', async () => {
    const before = await rows(model, tinyBatch(2));
    const live = spy.live();
    await model.profile(tinyBatch(2));
    expect(spy.live()).toEqual(live);
    expect(await rows(model, tinyBatch(2))).toEqual(before);
  });
});

describe('errors of the device', () => {
  it('are thrown typed, by the run that they belong to, and the next run is well', async () => {
    const expected = await rows(model, tinyBatch(1));
    const gpu = device.acquired.device;
    const { submit } = gpu.queue;
    gpu.queue.submit = (buffers) => {
      gpu.queue.submit = submit;
      gpu.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE }).destroy(); // never allowed
      return submit.call(gpu.queue, buffers);
    };
    await expect(model.forward(tinyBatch(1))).rejects.toMatchObject({ name: 'DeviceError', code: 'invalid_program' });
    expect(await rows(model, tinyBatch(1))).toEqual(expected);
  });

  it('that no scope caught are thrown once, by the run they came in or the next', async () => {
    const { device: own } = await spiedDevice();
    await using one = await models.load('tiny_branches', { device: own, weights });
    const expected = await rows(one, tinyBatch(1));
    own.acquired.device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE }); // never allowed
    const runs = [];
    for (let i = 0; i < 3; i++) runs.push(await rows(one, tinyBatch(1)).catch((error: unknown) => error));
    const error = expect.objectContaining({ name: 'DeviceError', code: 'invalid_program' });
    expect(runs.filter((run) => run instanceof Error)).toEqual([error]);
    expect(runs.at(-1)).toEqual(expected);
    await using other = await models.load('tiny_branches', { device: own, weights });
    expect(await rows(other, tinyBatch(1))).toEqual(expected);
    own.destroy();
  });

  it('while memory is made keep nothing of it', async () => {
    const expected = await rows(model, tinyBatch(1));
    const live = spy.live();
    const gpu = device.acquired.device;
    const { createBindGroup } = gpu;
    let left = 3;
    const failing = (descriptor: GPUBindGroupDescriptor) => {
      if (left-- === 0) throw new RangeError('no more memory');
      return createBindGroup.call(gpu, descriptor);
    };
    Object.defineProperty(gpu, 'createBindGroup', { configurable: true, value: failing });
    await expect(model.forward(tinyBatch(2))).rejects.toThrow('no more memory');
    Object.defineProperty(gpu, 'createBindGroup', { configurable: true, value: createBindGroup });
    expect(spy.live().length).toBeLessThan(live.length);
    expect(await rows(model, tinyBatch(1))).toEqual(expected);
    expect(spy.live()).toEqual(live);
  });
});
