// Weights out of a model again: the same numbers, in order, as a state dict, a Blob and a stream, from wherever they came.

import { describe, expect, it } from 'vitest';
import { type LoadOptions, type Model, Registry, type StateDict } from '../../src/index.ts';
import { build, defaults } from '../../src/registry/build.ts';
import { initialise } from '../../src/weights/initialise.ts';
import { openTensors } from '../../src/weights/open_weights.ts';
import { writeSafetensors } from '../../src/weights/write_safetensors.ts';
import { spiedDevice } from '../support/device_spy.ts';
import { tiny, tinyBatch, tinySpec, tinyState } from '../support/tiny_plugin.ts';
import { legacyFile } from '../support/torch_files.ts';

const models = new Registry([tiny]);
const { device } = await spiedDevice();
const load = (options: LoadOptions = {}): Promise<Model> => models.load('tiny_branches', { device, ...options });

const { parameters } = build(tinySpec(), defaults(tinySpec()));
const names = parameters.map(({ name }) => name);
const state = tinyState();

async function blobOf(dict: StateDict): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of writeSafetensors(dict)) parts.push(part);
  return new Blob(parts);
}

describe('a state dict', () => {
  it("has every entry in torch's order, whatever order the file has, and nothing of the caller's memory", async () => {
    const reversed = Object.fromEntries(Object.entries(state).reverse());
    const bytes = new Uint8Array(await (await blobOf(reversed)).arrayBuffer());
    for (const weights of [reversed, bytes, await blobOf(reversed)]) {
      await using model = await load({ weights });
      const dict = await model.stateDict();
      expect(Object.keys(dict)).toEqual(names);
      expect(dict).toEqual(state);
      for (const { data } of Object.values(dict)) data.fill(0);
      expect(await model.stateDict()).toEqual(state);
    }
  });

  it('has what the seed gave, and counters that the file lacks', async () => {
    await using fresh = await load({ seed: 3 });
    const expected = parameters.map((spec) => [spec.name, initialise(spec, 3)] as const);
    for (const [name, { shape, data }] of expected)
      expect((await fresh.stateDict())[name], name).toEqual({ shape, data });

    const uncounted = Object.fromEntries(Object.entries(state).filter(([name]) => !name.endsWith('_tracked')));
    await using model = await load({ weights: uncounted });
    const dict = await model.stateDict();
    expect(Object.keys(dict)).toEqual(names);
    expect(dict['stem.bn.num_batches_tracked']).toEqual({ shape: [], data: new Float32Array(1) });
  });

  it('loads to the same logits', async () => {
    await using first = await load({ seed: 5 });
    await using second = await load({ weights: await first.stateDict() });
    const batch = tinyBatch(2);
    expect(await (await second.forward(batch)).data()).toEqual(await (await first.forward(batch)).data());
  });

  it('can be stopped, and is not given once the model is disposed of', async () => {
    const model = await load({ weights: state });
    await expect(model.stateDict({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    model.dispose();
    await expect(model.stateDict()).rejects.toMatchObject({ code: 'disposed' });
    await expect(model.save()).rejects.toMatchObject({ code: 'disposed' });
  });
});

describe('a saved file', () => {
  it('holds the state dict as safetensors of torch', async () => {
    await using model = await load({ weights: state });
    const blob = await model.save();
    const header = await blob
      .slice(8, 8 + Number(new DataView(await blob.slice(0, 8).arrayBuffer()).getBigUint64(0, true)))
      .text();
    expect(JSON.parse(header)).toMatchObject({
      __metadata__: { format: 'pt' },
      'stem.bn.num_batches_tracked': { dtype: 'I64', shape: [] },
      'fc.weight': { dtype: 'F32', shape: [7, 12] },
    });
    expect(Object.keys(JSON.parse(header)).slice(1)).toEqual(names);
    await using again = await load({ weights: blob });
    expect(await again.stateDict()).toEqual(state);
  });

  it('is half as long as F16, and a tensor can be spared', async () => {
    await using model = await load({ weights: state });
    const half = await model.save(undefined, { dtype: (name) => (name === 'fc.bias' ? 'F32' : 'F16') });
    const reader = await openTensors(half);
    const dtypes = new Map(reader.tensors.map(({ name, dtype }) => [name, dtype]));
    expect([dtypes.get('fc.bias'), dtypes.get('fc.weight'), dtypes.get('stem.bn.num_batches_tracked')]).toEqual([
      'F32',
      'F16',
      'I64',
    ]);
    await reader.close();
  });

  it('goes to a stream, which ends', async () => {
    await using model = await load({ weights: state });
    const parts: Uint8Array[] = [];
    let closed = 0;
    const stream = new WritableStream<Uint8Array>({
      write: (part) => void parts.push(part),
      close: () => void closed++,
    });
    expect(await model.save(stream)).toBeUndefined();
    expect(closed).toBe(1);
    expect(await new Blob(parts as Uint8Array<ArrayBuffer>[]).bytes()).toEqual(await (await model.save()).bytes());
  });

  it('that fails or is stopped says so to the stream', async () => {
    await using model = await load({ weights: state });
    const full = new Error('the disk is full');
    const broken = new WritableStream<Uint8Array>({ write: () => Promise.reject(full) });
    await expect(model.save(broken)).rejects.toBe(full);
    let reason: unknown;
    const stop = new AbortController();
    const stopped = new WritableStream<Uint8Array>({
      write: () => stop.abort(full),
      abort: (why) => void (reason = why),
    });
    await expect(model.save(stopped, { signal: stop.signal })).rejects.toBe(full);
    expect(reason).toBe(full);
  });

  it.each<[string, unknown, object, string]>([
    ['a number', 3, {}, 'the target must be a path, a URL or a WritableStream and is 3'],
    [
      'an address',
      'http://127.0.0.1/x',
      {},
      'http://127.0.0.1/x is no file; without a target, save() gives the bytes as a Blob',
    ],
    ['another dtype', undefined, { dtype: 'F64' }, 'dtype must be F32, F16 or BF16 and is F64'],
  ])('is refused for %s', async (_, target, options, message) => {
    await using model = await load({ weights: state });
    await expect(model.save(target as string, options)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: `save tiny_branches: ${message}`,
    });
  });

  it('is refused where the numbers are too large for the dtype', async () => {
    const large = { ...state, 'fc.bias': { shape: [7], data: new Float32Array(7).fill(1e6) } };
    await using model = await load({ weights: large });
    await expect(model.save(undefined, { dtype: 'F16' })).rejects.toMatchObject({ code: 'unsupported_dtype' });
  });
});

it("loads PyTorch's own files, and says when they are another model's", async () => {
  const empty = legacyFile([[0x7d]], []);
  await expect(load({ weights: empty })).rejects.toMatchObject({
    code: 'weights_mismatch',
    message: expect.stringMatching(/the given weights for tiny_branches does not fit the model: stem\.conv\.weight/),
  });
});
