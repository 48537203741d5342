// Published weights: a hub folder made on the spot, its entry's classes and preprocessing, another head, and what can go wrong.
// Node alone has folders; the machine's own driver serves.

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import {
  configured,
  defineModels,
  type HubEntry,
  type LoadOptions,
  layers,
  type Model,
  type ModelSpec,
  openDevice,
  type Progress,
  Registry,
  type StateDict,
  tensor,
  type WeightsEntry,
} from '../../src/index.ts';
import { initialise } from '../../src/weights/initialise.ts';
import { writeSafetensors } from '../../src/weights/write_safetensors.ts';
import { file, type MockHub, stallAfter, startMockHub } from '../support/mock_hub.ts';
import { CLASSES, tiny, tinyBatch, tinySpec, tinyState } from '../support/tiny_plugin.ts';

const preprocess = {
  resize: 20,
  crop: 16,
  interpolation: 'bicubic' as const,
  antialias: true,
  mean: [0.5, 0.4, 0.3],
  std: [0.2, 0.3, 0.4],
};
const published: WeightsEntry = {
  id: 'TINY_V1',
  default: true,
  sources: [{ kind: 'url', url: 'https://nowhere.invalid/tiny.safetensors', sha256: '0'.repeat(64) }],
  preprocess,
  classes: [...CLASSES],
};
/** The same network with a choice, as GoogLeNet has it. */
const doubling: ModelSpec = {
  ...tinySpec(),
  ...configured(z.object({ double: z._default(z.boolean(), false) }), (net, image, { classes, double }) =>
    tinySpec().build(net, double ? layers.affine(net.at('double'), image, { scale: 2 }) : image, { classes }),
  ),
};
const models = new Registry([
  defineModels({
    ...tiny,
    models: {
      tiny_branches: { ...tinySpec(), weights: [published] },
      tiny_wide: tinySpec('tiny_wide'),
      tiny_doubling: doubling,
    },
  }),
]);

const device = await openDevice();
const state = tinyState();
let folder: string;
let hub: string;
let bytes: Uint8Array<ArrayBuffer>;

async function bytesOf(dict: StateDict): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of writeSafetensors(dict)) parts.push(part);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function entryOf(file: string, content: Uint8Array, changes: Partial<HubEntry> = {}): HubEntry {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const base = { model: 'tiny_branches', id: 'HUB_V1', file, sha256, bytes: content.length };
  return { ...base, classes: [...CLASSES], preprocess, ...changes };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convoke-hub-'));
  hub = join(folder, 'hub');
  await mkdir(hub);
  bytes = await bytesOf(state);
  const three = await bytesOf(tinyState('tiny_branches', 3));
  await writeFile(join(hub, 'tiny.safetensors'), bytes);
  await writeFile(join(hub, 'three.safetensors'), three);
  await writeFile(join(hub, 'broken.safetensors'), bytes.subarray(0, 2000));
  const larger = { ...preprocess, resize: 30, crop: 24 };
  const weights = [
    entryOf('tiny.safetensors', bytes, { default: true }),
    entryOf('three.safetensors', three, { id: 'HUB_V3', classes: ['x', 'y', 'z'], preprocess: larger }),
    entryOf('broken.safetensors', bytes.subarray(0, 2000), { id: 'BROKEN' }),
    entryOf('tiny.safetensors', bytes, { id: 'WRONG', sha256: 'f'.repeat(64) }),
    entryOf('absent.safetensors', bytes, { id: 'ABSENT' }),
    entryOf('tiny.safetensors', bytes, { model: 'tiny_doubling', default: true, config: { double: true } }),
    entryOf('tiny.safetensors', bytes, { model: 'tiny_doubling', id: 'NO_SUCH_CHOICE', config: { triple: true } }),
    entryOf('tiny.safetensors', bytes, { id: 'UNKNOWN_LIST', classes: 'no such list' }),
  ];
  await writeFile(join(hub, 'hub.json'), JSON.stringify({ format: 1, weights }));
});

afterAll(async () => {
  device.destroy();
  await rm(folder, { recursive: true });
});

const load = (options: LoadOptions = {}): Promise<Model> =>
  models.load('tiny_branches', { device, hub, pretrained: true, cacheDir: join(folder, 'cache'), ...options });

const logits = async (model: Model, n = 2) => (await model.forward(tinyBatch(n))).data();

describe('pretrained', () => {
  it('takes the hub’s default entry: its weights, labels and preprocessing', async () => {
    await using model = await load();
    await using same = await models.load('tiny_branches', { device, weights: state });
    expect(await logits(model)).toEqual(await logits(same));
    expect(model.weights).toBe('HUB_V1');
    expect(model.classNames).toEqual(CLASSES);
    expect(model.preprocess).toEqual(preprocess);
  });

  it('tells its progress: verify beside compile, then upload', async () => {
    const steps: Progress[] = [];
    await using model = await load({ onProgress: (step) => steps.push(step) });
    expect(new Set(steps.map(({ phase }) => phase))).toEqual(new Set(['verify', 'compile', 'upload']));
    expect(steps.findLast(({ phase }) => phase === 'verify')).toMatchObject({
      done: bytes.length,
      total: bytes.length,
    });
    expect(steps.at(-1)).toMatchObject({ phase: 'upload', done: Object.keys(state).length });
    expect(model.ms.load).toBeGreaterThan(0);
  });

  it('takes an entry by id, and builds the model that it is of', async () => {
    await using model = await load({ pretrained: 'HUB_V3' });
    expect(model.classNames).toEqual(['x', 'y', 'z']);
    expect(model.preprocess.crop).toBe(24);
    expect(model.summary().layers.at(-1)?.output).toEqual(['n', 3]);
    const picture = { data: new Uint8Array(40 * 40 * 3), width: 40, height: 40, channels: 3 as const };
    expect(await model.classify(picture)).toHaveLength(3);
  });

  it('makes the choices that an entry says, unless the caller makes others', async () => {
    const options = { device, hub, pretrained: true, cacheDir: join(folder, 'cache') };
    await using chosen = await models.load('tiny_doubling', options);
    await using plain = await models.load('tiny_doubling', { ...options, config: { double: false } });
    await using same = await load();
    const batch = tinyBatch(2);
    const twice = tensor(
      (await batch.data()).map((value) => 2 * value),
      [2, 3, 16, 16],
    );
    expect(await logits(plain)).toEqual(await logits(same));
    expect(await logits(chosen)).toEqual(await (await same.forward(twice)).data());
    await expect(models.load('tiny_doubling', { ...options, pretrained: 'NO_SUCH_CHOICE' })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });

  it('replaces the head where other classes are wanted, from the seed', async () => {
    const other = (options: LoadOptions) => load({ classes: 4, ...options });
    await using one = await other({ seed: 1 });
    expect(one.classNames).toBeNull();
    expect(one.weights).toBe('HUB_V1');
    const first = await logits(one);
    expect(first).toHaveLength(8);
    await using again = await other({ seed: 1 });
    expect(await logits(again)).toEqual(first);
    await using two = await other({ seed: 2 });
    expect(await logits(two)).not.toEqual(first);
    await using named = await load({ classNames: ['a', 'b', 'c', 'd'], seed: 1 });
    expect(named.classNames).toEqual(['a', 'b', 'c', 'd']);
    expect(await logits(named)).toEqual(first);
  });

  it('loads all but the head', async () => {
    await using model = await load({ classes: 4, seed: 5 });
    const bound = 1 / Math.sqrt(12);
    const head = (name: string, shape: number[]) => initialise({ name, shape, init: { law: 'uniform', bound } }, 5);
    const dict = { ...state, 'fc.weight': head('fc.weight', [4, 12]), 'fc.bias': head('fc.bias', [4]) };
    await using same = await models.load('tiny_branches', { device, weights: dict, classes: 4 });
    expect(await logits(model)).toEqual(await logits(same));
  });

  it('gives the classes the caller’s names where there are as many', async () => {
    const names = CLASSES.map((name) => name.toUpperCase());
    await using model = await load({ classNames: names });
    await using plain = await load();
    expect(model.classNames).toEqual(names);
    expect(await logits(model)).toEqual(await logits(plain));
  });

  it('takes weights by path and by URL as well', async () => {
    const path = join(hub, 'tiny.safetensors');
    for (const weights of [path, pathToFileURL(path)]) {
      await using model = await models.load('tiny_branches', { device, weights });
      expect(model.weights).toBeNull();
      expect(await logits(model)).toHaveLength(14);
    }
  });

  it.each<[string, LoadOptions, { name: string; code: string }]>([
    ['an id that the hub has not', { pretrained: 'NONE' }, { name: 'UsageError', code: 'unknown_weights' }],
    ['a file cut short', { pretrained: 'BROKEN' }, { name: 'WeightsError', code: 'corrupt_file' }],
    ['a file with another hash', { pretrained: 'WRONG' }, { name: 'HubError', code: 'wrong_hash' }],
    ['a file that is not there', { pretrained: 'ABSENT' }, { name: 'HubError', code: 'not_found' }],
    ['labels that nobody knows', { pretrained: 'UNKNOWN_LIST' }, { name: 'UsageError', code: 'invalid_argument' }],
    ['no hub', { hub: '/nowhere/at/all' }, { name: 'HubError', code: 'not_found' }],
    ['no network', { hub: undefined as never, offline: true }, { name: 'HubError', code: 'offline' }],
  ])('says what is wrong with %s', async (_, options, error) => {
    await expect(load(options)).rejects.toMatchObject(error);
    await expect(openFiles()).resolves.toEqual([]);
  });

  it('of a model that the hub has not, and of one without weights', async () => {
    await expect(models.load('tiny_wide', { device, hub, pretrained: true })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(models.load('tiny_wide', { device, pretrained: true })).rejects.toMatchObject({
      code: 'unknown_weights',
    });
  });
});

/** Files of the hub that this process holds open; always empty where the system does not tell. */
async function openFiles(): Promise<string[]> {
  const fds = await readdir('/proc/self/fd').catch(() => []);
  const targets = await Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return targets.filter((target) => target.startsWith(hub));
}

describe('the two halves of a load', () => {
  async function stalledHub(): Promise<MockHub> {
    const server = await startMockHub();
    onTestFinished(() => server.close());
    const weights = [entryOf('slow.safetensors', bytes, { default: true })];
    server.routes.set('/hub.json', (_, response) => void response.end(JSON.stringify({ format: 1, weights })));
    server.routes.set('/slow.safetensors', stallAfter(bytes, 100));
    return server;
  }

  it('stop the download when the pipelines fail', async () => {
    const server = await stalledHub();
    const own = await openDevice();
    own.pipelines.compile = async () => {
      while (server.seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      throw new Error('no pipeline');
    };
    const started = performance.now();
    await expect(load({ device: own, hub: server.url })).rejects.toThrow('no pipeline');
    expect(performance.now() - started).toBeLessThan(10_000); // a stalled download alone takes 30 s to fail
    own.destroy();
  });

  it('stop together when the caller stops', async () => {
    const server = await stalledHub();
    const stop = new AbortController();
    const reason = new Error('enough');
    const loading = load({ hub: server.url, signal: stop.signal }).catch((error: unknown) => error);
    while (server.seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(reason);
    expect(await loading).toBe(reason);
  });

  it('close the file when the model is refused after it was opened', async () => {
    await expect(load({ budgetBytes: 10 })).rejects.toMatchObject({ code: 'over_budget' });
    await expect(load({ size: 8, classes: 3, budgetBytes: 10 })).rejects.toMatchObject({ code: 'over_budget' });
    expect(await openFiles()).toEqual([]);
    await using model = await load();
    expect(model.weights).toBe('HUB_V1');
    expect(await openFiles()).toEqual([]);
  });
});

describe('published files', () => {
  it('that name and shape their tensors otherwise become the model, and are saved under its names', async () => {
    const other = Object.fromEntries(
      Object.entries(state).map(([name, { shape, data }]) => [
        name.replace(/^fc\./, 'head.'),
        { shape: name === 'fc.weight' ? [...shape, 1, 1] : shape, data },
      ]),
    );
    const content = await bytesOf({ ...other, 'aux.fc.bias': { shape: [2], data: new Float32Array(2) } });
    const server = await startMockHub();
    onTestFinished(() => server.close());
    server.routes.set('/other.safetensors', file(content));
    const source = {
      kind: 'url' as const,
      url: `${server.url}other.safetensors`,
      sha256: createHash('sha256').update(content).digest('hex'),
      drop: ['^aux\\.'],
      rename: [['^head\\.', 'fc.']] as [string, string][],
      reshape: [['^fc\\.weight$', [CLASSES.length, -1]]] as [string, number[]][],
    };
    const own = new Registry([
      defineModels({
        ...tiny,
        models: { tiny_branches: { ...tinySpec(), weights: [{ ...published, sources: [source] }] } },
      }),
    ]);
    const cacheDir = join(folder, 'cache of names');
    await using model = await own.load('tiny_branches', { device, pretrained: true, cacheDir });
    expect(await model.stateDict()).toEqual(state);
    expect(server.seen).toHaveLength(1); // the second reading is the cache's

    await using given = await models.load('tiny_branches', { device, weights: state });
    const batch = tinyBatch(1);
    expect(await (await model.forward(batch)).data()).toEqual(await (await given.forward(batch)).data());
  });
});
