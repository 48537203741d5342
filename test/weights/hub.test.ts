// Hubs that work and hubs that do not, over a loopback server: the right file, or a typed error and a cache untouched.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Progress } from '../../src/runtime/progress.ts';
import { inspectCache } from '../../src/weights/cache.ts';
import { fetchWeights, type WeightsRequest } from '../../src/weights/hub.ts';
import type { WeightsEntry } from '../../src/weights/manifest.ts';
import { openTensors } from '../../src/weights/open_weights.ts';
import { openSafetensors } from '../../src/weights/safetensors.ts';
import { writeSafetensors } from '../../src/weights/write_safetensors.ts';
import {
  cutAfter,
  file,
  fileWithoutRanges,
  type Handler,
  html,
  inTurn,
  lfsPointer,
  type MockHub,
  stallAfter,
  startMockHub,
  status,
} from '../support/mock_hub.ts';
import { hasShared, SHARED_MISSING, sharedPath } from '../support/shared.ts';

const BODY = new Uint8Array(200_000).map((_, i) => (i * i) >> 3);
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const SHA = hashOf(BODY);
const preprocess: WeightsEntry['preprocess'] = {
  resize: 256,
  crop: 224,
  interpolation: 'bilinear',
  antialias: true,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
const indexEntry = {
  model: 'tiny',
  id: 'V1',
  default: true,
  file: 'files/tiny.safetensors',
  sha256: SHA,
  bytes: BODY.length,
  classes: ['a', 'b'],
  preprocess,
};
const published: WeightsEntry = {
  id: 'PUBLISHED',
  default: true,
  sources: [{ kind: 'huggingface', repo: 'someone/tiny', file: 'model.safetensors' }],
  preprocess,
  classes: 'imagenet1k',
};

let hub: MockHub;
let folder: string;
let cacheDir: string;

beforeEach(async () => {
  vi.stubEnv('CONVOKE_HUB', '').stubEnv('CONVOKE_OFFLINE', '').stubEnv('CONVOKE_CACHE', '');
  folder = await mkdtemp(join(tmpdir(), 'convoke-test-'));
  cacheDir = join(folder, 'cache');
  hub = await startMockHub();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  await rm(folder, { recursive: true, force: true });
});

const request = (more: Partial<WeightsRequest> = {}): WeightsRequest => ({
  model: 'tiny',
  entries: [],
  hub: hub.url,
  cacheDir,
  backoffMs: 1,
  stallMs: 5_000,
  ...more,
});

/** Serves hub.json and the tiny file; `handler` answers for the file. */
function serve(handler: Handler, entry: object = indexEntry): void {
  hub.routes.set('/hub.json', file(new TextEncoder().encode(JSON.stringify({ format: 1, weights: [entry] }))));
  hub.routes.set('/files/tiny.safetensors', handler);
}

/** The SHA-256 of what was fetched. */
async function fetched(more?: Partial<WeightsRequest>): Promise<string> {
  const { source } = await fetchWeights(request(more));
  const bytes = await source.read(0, source.size);
  await source.close();
  return hashOf(bytes);
}

/** A program that fetches what its argument asks for and prints size and SHA-256. */
async function fetchScript(): Promise<string> {
  const contents = `
    import { createHash } from 'node:crypto';
    import { fetchWeights } from './src/weights/hub.ts';
    const { source } = await fetchWeights(JSON.parse(process.argv.at(-1)));
    const hash = createHash('sha256').update(await source.read(0, source.size)).digest('hex');
    console.log(source.size, hash);
    await source.close();`;
  const outfile = join(folder, 'fetch.mjs');
  const resolveDir = fileURLToPath(new URL('../..', import.meta.url));
  const { build } = await import('esbuild');
  await build({
    stdin: { contents, resolveDir, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  return outfile;
}

/** Names in the cache below weights/, parts in progress without their owner. */
async function cached(): Promise<string[]> {
  if (!existsSync(join(cacheDir, 'weights'))) return [];
  const entries = await readdir(join(cacheDir, 'weights'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

const rangesOf = (path: string): (string | undefined)[] =>
  hub.seen.filter((seen) => seen.path === path).map((seen) => seen.range);
const TINY = '/files/tiny.safetensors';

describe('a hub on the web', () => {
  it('gives the checked file and its entry, once over the network', async () => {
    serve(file(BODY));
    const events: Progress[] = [];
    const { source, entry } = await fetchWeights(request({ onProgress: (event) => events.push(event) }));
    expect(entry).toMatchObject({ id: 'V1', classes: ['a', 'b'], preprocess });
    expect(hashOf(await source.read(0, source.size))).toBe(SHA);
    await source.close();
    expect(events.at(-1)).toEqual({
      phase: 'download',
      unit: 'bytes',
      done: BODY.length,
      total: BODY.length,
      file: 'files/tiny.safetensors',
    });
    expect(await cached()).toEqual(['tiny.safetensors']);
    expect(await fetched()).toBe(SHA);
    expect(rangesOf(TINY)).toHaveLength(1);
    expect(await inspectCache(cacheDir)).toMatchObject({ directory: cacheDir, writable: true, files: 1 });
    expect((await inspectCache(cacheDir)).bytes).toBeGreaterThan(BODY.length);
  });

  it('may be named by the environment, by hub.json itself, and with a signature', async () => {
    serve(file(BODY));
    vi.stubEnv('CONVOKE_HUB', hub.url);
    expect(await fetched({ hub: undefined })).toBe(SHA);
    expect(await fetched({ hub: `${hub.url}hub.json?signature=secret` })).toBe(SHA);
    serve(status(403));
    const error: Error = await fetched({ hub: `${hub.url}?signature=secret`, cacheDir: join(folder, 'other') }).catch(
      (e) => e,
    );
    expect(error).toMatchObject({ code: 'http_error', message: expect.stringContaining('403') });
    expect(error.message).not.toContain('secret');
  });

  const failures: [string, Handler, object][] = [
    ['404', status(404), { code: 'not_found' }],
    ['403', status(403), { code: 'http_error', message: expect.stringContaining('403') }],
    ['500 again and again', status(500), { code: 'http_error', message: expect.stringContaining('500') }],
    ['an HTML page', html(), { code: 'html_page' }],
    ['another file', file(BODY.map((byte) => byte ^ 1)), { code: 'wrong_hash', message: expect.stringContaining(SHA) }],
    ['a longer file', file(new Uint8Array(BODY.length + 1)), { code: 'wrong_hash' }],
    ['a shorter file', file(BODY.subarray(1)), { code: 'short_body', message: expect.stringContaining('199999') }],
    ['nothing at all', stallAfter(BODY, 0), { code: 'timeout', message: expect.stringContaining('100 ms') }],
    [
      'an endless file',
      (_, response) => void response.writeHead(200).end(new Uint8Array(BODY.length * 2)),
      { code: 'wrong_hash' },
    ],
  ];

  it.each(failures)('that answers with %s leaves the cache as it was', async (_what, handler, error) => {
    serve(handler);
    await expect(fetched({ stallMs: 100 })).rejects.toMatchObject(error);
    expect(await cached()).toEqual([]);
    expect(await readdir(join(cacheDir, 'weights'))).toEqual([]);
  });

  it('that fails says so in one line with the ways out', async () => {
    serve(status(404));
    const error: Error = await fetched().catch((e) => e);
    expect(error.message).toMatch(/--hub DIR\|URL.*--weights FILE/);
    expect(error.message).not.toContain('\n');
  });

  it('is asked again after a 500, a 429 and a broken connection', async () => {
    const reset: Handler = (_request, response) => response.socket!.resetAndDestroy();
    serve(inTurn(status(500), status(429, { 'Retry-After': '0' }), reset, file(BODY)));
    expect(await fetched()).toBe(SHA);
  });

  it('is not waited for longer than is bearable', async () => {
    serve(status(503, { 'Retry-After': '3600' }));
    await expect(fetched()).rejects.toMatchObject({ code: 'http_error' });
    expect(rangesOf(TINY)).toHaveLength(1);
  });

  it('is resumed where the connection broke', async () => {
    serve(inTurn(cutAfter(BODY, 70_000), file(BODY)));
    const events: Progress[] = [];
    expect(await fetched({ onProgress: (event) => events.push(event) })).toBe(SHA);
    expect(rangesOf(TINY)).toEqual([undefined, 'bytes=70000-']);
    expect(events.map(({ done }) => done)).toEqual(events.map(({ done }) => done).sort((a, b) => a - b));
  });

  it('that ignores ranges, or serves another version, is read from the start', async () => {
    serve(inTurn(cutAfter(BODY, 70_000), fileWithoutRanges(BODY)));
    expect(await fetched()).toBe(SHA);
    const other = join(folder, 'other');
    serve(inTurn(cutAfter(BODY, 70_000), file(BODY, '"two"')));
    hub.seen.length = 0;
    const again = await startMockHub();
    again.routes.set('/hub.json', hub.routes.get('/hub.json')!);
    again.routes.set(TINY, hub.routes.get(TINY)!);
    expect(await fetched({ hub: again.url, cacheDir: other })).toBe(SHA);
    expect(again.seen.filter(({ path }) => path === TINY).map(({ range }) => range)).toEqual([
      undefined,
      'bytes=70000-',
      undefined,
    ]);
    await again.close();
  });

  it('that always breaks is given up, and a later call fetches only the rest', async () => {
    serve(inTurn(cutAfter(BODY, 50_000), (_request, response) => response.destroy()));
    await expect(fetched()).rejects.toMatchObject({ code: expect.stringMatching(/short_body|unreachable/) });
    expect(await cached()).toEqual(['tiny.safetensors.part']);
    serve(file(BODY));
    hub.seen.length = 0;
    expect(await fetched()).toBe(SHA);
    expect(rangesOf(TINY)).toEqual(['bytes=50000-']);
    expect(await cached()).toEqual(['tiny.safetensors']);
  });

  it('that stalls half way leaves a part to go on from', async () => {
    serve(stallAfter(BODY, 60_000));
    await expect(fetched({ stallMs: 150 })).rejects.toMatchObject({ code: 'timeout' });
    expect(await cached()).toEqual(['tiny.safetensors.part']);
    serve(html());
    await expect(fetched()).rejects.toMatchObject({ code: 'html_page' });
    expect(await cached(), 'a login page in between loses nothing').toEqual(['tiny.safetensors.part']);
  });

  it('is left at once on abort, with the reason and a part to go on from', async () => {
    serve(stallAfter(BODY, 60_000));
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = ({ done }: Progress): void => {
      if (done === 60_000) setTimeout(() => controller.abort(reason), 10);
    };
    await expect(fetched({ signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(await cached()).toEqual(['tiny.safetensors.part']);
    await expect(fetched({ signal: controller.signal })).rejects.toBe(reason);
    serve(file(BODY));
    expect(await fetched()).toBe(SHA);
    expect(rangesOf(TINY).at(-1)).toBe('bytes=60000-');
  });

  it('makes good a part whose bytes are wrong', async () => {
    const part = join(cacheDir, 'weights', SHA, 'tiny.safetensors.part');
    await mkdir(dirname(part), { recursive: true });
    for (const wrong of [new Uint8Array(1000), new Uint8Array(BODY.length), new Uint8Array(BODY.length + 5)]) {
      await rm(join(dirname(part), 'tiny.safetensors'), { force: true });
      await writeFile(part, wrong);
      serve(file(BODY));
      expect(await fetched()).toBe(SHA);
      expect(await cached()).toEqual(['tiny.safetensors']);
    }
  });

  it('takes over the part of a process that died, not one that is being written', async () => {
    serve(file(BODY));
    await expect(fetched({ signal: AbortSignal.abort() })).rejects.toThrow();
    const sha = join(cacheDir, 'weights', SHA);
    await mkdir(sha, { recursive: true });
    const foreign = join(sha, 'tiny.safetensors.00000000-1-x.part');
    await writeFile(foreign, BODY.subarray(0, 1000));
    expect(await fetched()).toBe(SHA);
    expect(rangesOf(TINY)).toEqual([undefined]);
    expect((await cached()).sort()).toEqual([basename(foreign), 'tiny.safetensors'].sort());
    await rm(join(sha, 'tiny.safetensors'));
    await utimes(foreign, new Date(0), new Date(0));
    expect(await fetched()).toBe(SHA);
    expect(rangesOf(TINY)).toEqual([undefined, 'bytes=1000-']);
    expect(await cached()).toEqual(['tiny.safetensors']);
  });

  it('replaces a damaged file in the cache', async () => {
    serve(file(BODY));
    await fetched();
    const path = join(cacheDir, 'weights', SHA, 'tiny.safetensors');
    for (const damage of [BODY.subarray(0, 10), BODY.map((byte) => byte ^ 1)]) {
      await writeFile(path, damage);
      await expect(fetched({ offline: true })).rejects.toMatchObject({ code: 'wrong_hash' });
      expect(await fetched()).toBe(SHA);
      expect(hashOf(await readFile(path))).toBe(SHA);
    }
  });

  it('serves several callers at once', async () => {
    serve(file(BODY));
    const all = await Promise.all(Array.from({ length: 5 }, () => fetched()));
    expect(new Set(all)).toEqual(new Set([SHA]));
    expect(await cached()).toEqual(['tiny.safetensors']);
  });

  it('serves two processes at once', async () => {
    serve((incoming, response, attempt) => void setTimeout(() => file(BODY)(incoming, response, attempt), 200));
    const script = await fetchScript();
    const run = (): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, [script, JSON.stringify(request())]);
    const outputs = await Promise.all([run(), run()]);
    for (const { stdout } of outputs) expect(stdout.trim()).toBe(`${BODY.length} ${SHA}`);
    expect(await cached()).toEqual(['tiny.safetensors']);
    expect(rangesOf(TINY)).toEqual([undefined, undefined]);
  });

  it('is resumed after the process that downloaded was killed', async () => {
    serve(stallAfter(BODY, 60_000));
    const child = spawn(process.execPath, [await fetchScript(), JSON.stringify(request())], { stdio: 'ignore' });
    const sha = join(cacheDir, 'weights', SHA);
    await vi.waitFor(async () => expect((await stat(join(sha, (await readdir(sha))[0]!))).size).toBe(60_000), 10_000);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    serve(file(BODY));
    expect(await fetched()).toBe(SHA);
    expect(rangesOf(TINY)).toEqual([undefined, 'bytes=60000-']);
    expect(await cached()).toEqual(['tiny.safetensors']);
  });

  it('that is not there is named, with the reason', async () => {
    const gone = await startMockHub();
    await gone.close();
    await expect(fetched({ hub: gone.url })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/cannot reach 127\.0\.0\.1:\d+ .*ECONNREFUSED.*--hub/),
    });
    await expect(fetched({ hub: 'http://name.invalid/' })).rejects.toMatchObject({ code: 'unreachable' });
    await expect(fetched({ hub: 's3://bucket/' })).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(fetched({ hub: 'http://me:secret@127.0.0.1/' })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.not.stringContaining('secret'),
    });
  });

  it('is not asked when offline', async () => {
    serve(file(BODY));
    vi.stubEnv('CONVOKE_OFFLINE', '1');
    await expect(fetched()).rejects.toMatchObject({ code: 'offline', message: expect.stringContaining('hub.json') });
    expect(hub.seen).toEqual([]);
    expect(await fetched({ offline: false })).toBe(SHA);
    const requests = hub.seen.length;
    expect(await fetched()).toBe(SHA);
    await rm(join(cacheDir, 'weights'), { recursive: true });
    await expect(fetched()).rejects.toMatchObject({
      code: 'offline',
      message: expect.stringContaining('tiny.safetensors'),
    });
    expect(hub.seen).toHaveLength(requests);
  });

  it('needs a cache that can be written', async () => {
    serve(file(BODY));
    const blocked = join(folder, 'file');
    await writeFile(blocked, '');
    await expect(fetched({ cacheDir: join(blocked, 'cache') })).rejects.toMatchObject({ code: 'cache_unwritable' });
    expect(await inspectCache(join(blocked, 'cache'))).toMatchObject({ writable: false, files: 0, bytes: 0 });
  });

  it('falls back to a temporary folder when the usual cache folder cannot be made', async () => {
    const blocked = join(folder, 'file');
    await writeFile(blocked, '');
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'xdg'));
    expect((await inspectCache()).directory).toBe(join(folder, 'xdg', 'convoke'));
    vi.stubEnv('XDG_CACHE_HOME', blocked).stubEnv('TMPDIR', folder);
    expect((await inspectCache()).directory).toMatch(/convoke/);
    expect((await inspectCache()).directory!.startsWith(folder)).toBe(true);
    vi.stubEnv('CONVOKE_CACHE', join(folder, 'named'));
    expect((await inspectCache()).directory).toBe(join(folder, 'named'));
  });
});

describe("a hub's index", () => {
  const bad: [string, object | string, RegExp][] = [
    ['no JSON', '{', /hub\.json: not JSON/],
    ['another format', { format: 2, weights: [] }, /format must be 1, and is 2/],
    ['no weights', { format: 1 }, /weights must be of type array, and is undefined/],
    ['a hash that is none', { ...indexEntry, sha256: 'abc' }, /weights\[0\]\.sha256/],
    ['a size below zero', { ...indexEntry, bytes: -1 }, /weights\[0\]\.bytes/],
    ['no preprocessing', { ...indexEntry, preprocess: undefined }, /weights\[0\]\.preprocess must be of type object/],
    ...[
      '../tiny.safetensors',
      '/etc/passwd',
      'a/../../b',
      'a//b',
      './a',
      'a\\b',
      '%2e%2e/b',
      'file:///etc/passwd',
      'C:/x',
      'https://elsewhere/x',
      'a?b',
      'a\nb',
    ].map((name): [string, object, RegExp] => [
      `the file ${name}`,
      { ...indexEntry, file: name },
      /weights\[0\]\.file/,
    ]),
  ];

  it.each(bad)('with %s is refused', async (_what, index, message) => {
    const text =
      typeof index === 'string' ? index : JSON.stringify('model' in index ? { format: 1, weights: [index] } : index);
    hub.routes.set('/hub.json', file(new TextEncoder().encode(text)));
    await expect(fetched()).rejects.toMatchObject({ code: 'bad_index', message: expect.stringMatching(message) });
    await writeFile(join(folder, 'hub.json'), text);
    await expect(fetched({ hub: folder })).rejects.toMatchObject({ code: 'bad_index' });
    expect(await cached()).toEqual([]);
  });

  it('that is a page, or lists an entry twice, is refused', async () => {
    hub.routes.set('/hub.json', html());
    await expect(fetched()).rejects.toMatchObject({ code: 'html_page' });
    for (const second of [indexEntry, { ...indexEntry, id: 'V2' }]) {
      hub.routes.set(
        '/hub.json',
        file(new TextEncoder().encode(JSON.stringify({ format: 1, weights: [indexEntry, second] }))),
      );
      await expect(fetched()).rejects.toMatchObject({ code: 'bad_index', message: expect.stringContaining('twice') });
    }
  });

  it('that lacks the model or the entry says what it has', async () => {
    serve(file(BODY));
    await expect(fetched({ model: 'huge' })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/no weights of huge; it has tiny/),
    });
    await expect(fetched({ id: 'V9' })).rejects.toMatchObject({
      code: 'unknown_weights',
      message: expect.stringMatching(/no weights V9 of tiny; it has V1/),
    });
  });
});

describe('a folder', () => {
  it('is read in place, checked, and works offline', async () => {
    await mkdir(join(folder, 'hub with space', 'files'), { recursive: true });
    const address = join(folder, 'hub with space');
    await writeFile(join(address, 'hub.json'), JSON.stringify({ format: 1, weights: [indexEntry] }));
    await expect(fetched({ hub: address })).rejects.toMatchObject({ code: 'not_found' });
    await writeFile(join(address, 'files', 'tiny.safetensors'), BODY);
    expect(await fetched({ hub: address, offline: true })).toBe(SHA);
    await writeFile(
      join(address, 'files', 'tiny.safetensors'),
      BODY.map((byte) => byte + 1),
    );
    await expect(fetched({ hub: address })).rejects.toMatchObject({ code: 'wrong_hash' });
    expect(existsSync(cacheDir)).toBe(false);
    await expect(fetched({ hub: join(folder, 'nowhere') })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/nowhere.hub\.json: no hub index there/),
    });
  });

  it('with real weights opens', async (context) => {
    if (!hasShared) return context.skip(SHARED_MISSING);
    const { source, entry } = await fetchWeights(request({ model: 'squeezenet1_1', hub: sharedPath('data/hub')! }));
    expect(entry).toMatchObject({ id: 'ONNX_ZOO', classes: 'imagenet1k' });
    const reader = await openSafetensors(source);
    expect(reader.tensors).toHaveLength(52);
    await reader.close();
  });
});

describe('published weights', () => {
  const POINTER = '/someone/tiny/raw/main/model.safetensors';
  const RESOLVE = '/someone/tiny/resolve/main/model.safetensors';
  const asPublished = (more: Partial<WeightsRequest> = {}): Partial<WeightsRequest> => ({
    hub: undefined,
    entries: [published],
    hosts: { huggingface: hub.url, torchvision: hub.url },
    ...more,
  });

  it('come from Hugging Face, checked against the LFS pointer, and then from the cache alone', async () => {
    hub.routes.set(POINTER, lfsPointer(SHA, BODY.length));
    hub.routes.set(RESOLVE, inTurn(cutAfter(BODY, 10_000), file(BODY)));
    expect(await fetched(asPublished())).toBe(SHA);
    expect(hub.seen.map(({ path }) => path)).toEqual([POINTER, RESOLVE, RESOLVE]);
    expect(await fetched(asPublished())).toBe(SHA);
    expect(await fetched(asPublished({ offline: true }))).toBe(SHA);
    expect(hub.seen).toHaveLength(3);
    const { source, entry } = await fetchWeights(request(asPublished()));
    await source.close();
    expect(entry).toMatchObject({ id: 'PUBLISHED', classes: 'imagenet1k' });
  });

  it('that are not what the pointer says are refused', async () => {
    hub.routes.set(POINTER, lfsPointer(hashOf(new Uint8Array(1)), BODY.length));
    hub.routes.set(RESOLVE, file(BODY));
    await expect(fetched(asPublished())).rejects.toMatchObject({ code: 'wrong_hash' });
    hub.routes.set(POINTER, file(BODY));
    await expect(fetched(asPublished())).rejects.toMatchObject({ code: 'bad_index' });
    hub.routes.set(POINTER, html());
    await expect(fetched(asPublished())).rejects.toMatchObject({ code: 'html_page' });
    expect(await cached()).toEqual([]);
  });

  it('are tried place by place, and the failure of the network is what is told', async () => {
    const torchvision = { kind: 'torchvision' as const, path: 'models/tiny.pth', sha256Prefix: SHA.slice(0, 8) };
    const url = { kind: 'url' as const, url: `${hub.url}there.safetensors`, sha256: SHA };
    const entries = (sources: WeightsEntry['sources']): Partial<WeightsRequest> =>
      asPublished({ entries: [{ ...published, sources }] });
    await expect(fetched(entries([torchvision, url]))).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('/models/tiny.pth'),
    });
    hub.routes.set('/there.safetensors', file(BODY));
    expect(await fetched(entries([...published.sources, torchvision, url]))).toBe(SHA);
    const asked = hub.seen.map(({ path }) => path);
    expect(asked.slice(-3)).toEqual([POINTER, '/models/tiny.pth', '/there.safetensors']);
  });

  it("come from torchvision's server, checked against the digits in the name, and then from the cache alone", async () => {
    const source = (sha256Prefix: string): Partial<WeightsRequest> =>
      asPublished({
        entries: [{ ...published, sources: [{ kind: 'torchvision', path: 'models/tiny-x.pth', sha256Prefix }] }],
      });
    hub.routes.set('/models/tiny-x.pth', inTurn(cutAfter(BODY, 10_000), file(BODY)));
    expect(await fetched(source(SHA.slice(0, 8)))).toBe(SHA);
    expect(hub.seen).toHaveLength(2);
    expect(await fetched({ ...source(SHA.slice(0, 8)), offline: true })).toBe(SHA);
    await writeFile(join(cacheDir, 'weights', SHA.slice(0, 8), 'tiny-x.pth'), BODY.slice(1));
    await expect(fetched({ ...source(SHA.slice(0, 8)), offline: true })).rejects.toMatchObject({ code: 'wrong_hash' });
    expect(await fetched(source(SHA.slice(0, 8)))).toBe(SHA);
    await expect(fetched(source('0123abcd'))).rejects.toMatchObject({ code: 'wrong_hash' });
    expect(await cached()).toEqual(['tiny-x.pth']);
  });

  it("have the names that their source's rules are for", async () => {
    const rename: [string, string][] = [['^a$', 'b']];
    const sources: WeightsEntry['sources'] = [
      { kind: 'torchvision', path: 'models/none.pth', sha256Prefix: '0123abcd' },
      { kind: 'url', url: `${hub.url}there.safetensors`, sha256: SHA, rename },
    ];
    hub.routes.set('/there.safetensors', file(BODY));
    const { source, naming } = await fetchWeights(request(asPublished({ entries: [{ ...published, sources }] })));
    await source.close();
    expect(naming).toMatchObject({ rename });
    serve(file(BODY));
    const fromHub = await fetchWeights(request());
    await fromHub.source.close();
    expect(fromHub.naming).toEqual({});
  });

  it('are picked by id, else by default', async () => {
    const other = { ...published, id: 'OTHER', default: false };
    await expect(fetched(asPublished({ id: 'NONE', entries: [published, other] }))).rejects.toMatchObject({
      code: 'unknown_weights',
      message: expect.stringContaining('PUBLISHED, OTHER'),
    });
    await expect(fetched(asPublished({ entries: [] }))).rejects.toMatchObject({ code: 'unknown_weights' });
  });
});

describe('weights that the caller brings', () => {
  const dict = { 'fc.bias': { shape: [2], data: new Float32Array([1, 2]) } };
  const names = async (input: Parameters<typeof openTensors>[0], options = {}): Promise<string[]> => {
    const reader = await openTensors(input, { backoffMs: 1, ...options });
    const values: number[] = [];
    for await (const { data } of reader.read()) values.push(...data);
    expect(values).toEqual([1, 2]);
    await reader.close();
    return reader.tensors.map(({ name }) => name);
  };

  it('are a state dict, bytes, a Blob, a path or an address', async () => {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of writeSafetensors(dict)) chunks.push(chunk);
    const blob = new Blob(chunks);
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const path = join(folder, 'mine #1.safetensors');
    await writeFile(path, bytes);
    hub.routes.set('/mine.safetensors', inTurn(cutAfter(bytes, 40), file(bytes)));
    const address = `${hub.url}mine.safetensors`;
    for (const input of [dict, bytes, Buffer.from(bytes), bytes.buffer, blob, path, new URL(address), address])
      expect(await names(input)).toEqual(['fc.bias']);
    await expect(names(address, { offline: true })).rejects.toMatchObject({ code: 'offline' });
  });

  it('are missing, a page, or broken', async () => {
    await expect(names(join(folder, 'none.safetensors'))).rejects.toMatchObject({
      code: 'missing_file',
      message: expect.stringMatching(/none\.safetensors: no such file/),
    });
    await expect(names(folder)).rejects.toMatchObject({ code: 'missing_file' });
    hub.routes.set('/page', html());
    await expect(names(`${hub.url}page`)).rejects.toMatchObject({ code: 'html_page' });
    await expect(names(`${hub.url}none`)).rejects.toMatchObject({ code: 'not_found' });
    await expect(names(new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 8, 8, 0]))).rejects.toMatchObject({
      code: 'corrupt_file',
      message: expect.stringMatching(/zip archive without its end/),
    });
    await expect(names({ a: { shape: [3], data: new Float32Array(1) } })).rejects.toMatchObject({
      code: 'weights_mismatch',
    });
    await expect(names(null as never)).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});
