// The cache in a browser: the origin's private files and its database, resume, two tabs at once, and memory where there is no storage.
import { afterEach, expect, it, vi } from 'vitest';
import { files } from '../../src/weights/files.browser.ts';
import { fetchWeights } from '../../src/weights/hub.ts';
import { openTensors } from '../../src/weights/open_weights.ts';
import { sha256 } from '../../src/weights/sha256.ts';
import { writeSafetensors } from '../../src/weights/write_safetensors.ts';

const BODY = new Uint8Array(100_000).map((_, i) => (i * i) >> 3);
const hashOf = (bytes: Uint8Array): string => {
  const hash = sha256();
  hash.update(bytes);
  return hash.hex();
};
const SHA = hashOf(BODY);
const DIRECTORY = 'convoke-test';
const request = {
  model: 'tiny',
  entries: [],
  hub: 'https://hub.example/weights',
  cacheDir: DIRECTORY,
  backoffMs: 1,
};
const index = {
  format: 1,
  weights: [
    {
      model: 'tiny',
      id: 'V1',
      default: true,
      file: 'tiny.safetensors',
      sha256: SHA,
      bytes: BODY.length,
      classes: ['a'],
      preprocess: { resize: 8, crop: 8, interpolation: 'bilinear', antialias: true, mean: [0], std: [1] },
    },
  ],
};

/** Stands for the network: hub.json, and the file from the asked byte on; the first answer breaks off after `cut`. */
function serve(cut?: number): { ranges: (string | null)[] } {
  const ranges: (string | null)[] = [];
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    if (url.pathname.endsWith('/hub.json')) return new Response(JSON.stringify(index));
    const range = new Headers(init.headers).get('range');
    ranges.push(range);
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    if (cut === undefined || ranges.length > 1) return new Response(BODY.slice(from), { status: from ? 206 : 200 });
    let sent = false;
    const body = new ReadableStream({
      pull(controller) {
        if (sent) return controller.error(new TypeError('network error'));
        controller.enqueue(BODY.slice(0, cut));
        sent = true;
      },
    });
    return new Response(body);
  });
  return { ranges };
}

async function fetched(): Promise<string> {
  const { source } = await fetchWeights(request);
  const hash = hashOf(await source.read(0, source.size));
  await source.close();
  return hash;
}

afterEach(async () => {
  vi.unstubAllGlobals();
  await (await navigator.storage.getDirectory()).removeEntry(DIRECTORY, { recursive: true }).catch(() => {});
  indexedDB.deleteDatabase(DIRECTORY);
});

it('keeps a download in the origin private file system', async () => {
  const { ranges } = serve();
  expect(await fetched()).toBe(SHA);
  expect(await fetched()).toBe(SHA);
  expect(ranges).toEqual([null]);
  const store = await files.openStore(DIRECTORY);
  const report = await store.inspect();
  expect(report).toMatchObject({ writable: true, files: 1 });
  expect(report.bytes).toBe(BODY.length + JSON.stringify(index).length);
});

it('resumes within a call and across calls', async () => {
  const within = serve(30_000);
  expect(await fetched()).toBe(SHA);
  expect(within.ranges).toEqual([null, 'bytes=30000-']);

  const store = await files.openStore(DIRECTORY);
  await store.remove(SHA, 'tiny.safetensors');
  const part = await store.part(SHA, 'tiny.safetensors');
  await part.append(BODY.subarray(0, 40_000));
  await part.keep();
  expect(await store.open(SHA, 'tiny.safetensors')).toBeNull();
  const across = serve();
  expect(await fetched()).toBe(SHA);
  expect(across.ranges).toEqual(['bytes=40000-']);
});

it('lets two downloads of one file work at once', async () => {
  serve();
  expect(await Promise.all([fetched(), fetched(), fetched()])).toEqual([SHA, SHA, SHA]);
  expect(await (await files.openStore(DIRECTORY)).inspect()).toMatchObject({ files: 1 });
});

it('leaves nothing behind when the bytes are wrong', async () => {
  vi.stubGlobal('fetch', async (url: URL) =>
    url.pathname.endsWith('/hub.json')
      ? new Response(JSON.stringify(index))
      : new Response(new Uint8Array(BODY.length)),
  );
  await expect(fetched()).rejects.toMatchObject({ code: 'wrong_hash' });
  expect(await (await files.openStore(DIRECTORY)).inspect()).toMatchObject({
    files: 0,
    bytes: JSON.stringify(index).length,
  });
});

it('works from memory, still checked, where there is no storage', async () => {
  vi.stubGlobal('navigator', {});
  const { ranges } = serve(30_000);
  expect(await fetched()).toBe(SHA);
  expect(await fetched()).toBe(SHA);
  expect(ranges).toEqual([null, 'bytes=30000-', null]);
  expect(await (await files.openStore()).inspect()).toMatchObject({ directory: null, writable: false });
});

it('keeps records where no files can be written, and nothing where there is no database', async () => {
  vi.stubGlobal('navigator', {});
  await (await files.openStore(DIRECTORY)).putRecord('tuning|a', 'what was measured');
  const later = await files.openStore(DIRECTORY);
  expect(later.directory).toBeNull();
  expect(await later.record('tuning|a')).toBe('what was measured');
  expect(await later.record('tuning|b')).toBeNull();
  vi.stubGlobal('indexedDB', undefined);
  const nowhere = await files.openStore(DIRECTORY);
  await nowhere.putRecord('tuning|a', 'forgotten');
  expect(await nowhere.record('tuning|a')).toBeNull();
});

it('opens a File and an address of the page, and refuses paths of a disk', async () => {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of writeSafetensors({ w: { shape: [1], data: new Float32Array([3]) } })) chunks.push(chunk);
  const file = new File(chunks, 'mine.safetensors');
  vi.stubGlobal('fetch', async (url: URL) => {
    expect(url.href).toBe(new URL('weights/mine.safetensors', location.href).href);
    return new Response(file);
  });
  for (const input of [file, 'weights/mine.safetensors']) {
    const reader = await openTensors(input);
    expect(reader.tensors).toEqual([{ name: 'w', dtype: 'F32', shape: [1] }]);
  }
  await expect(openTensors('file:///etc/passwd')).rejects.toMatchObject({ code: 'invalid_argument' });
});
