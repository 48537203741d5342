// `convoke pull`, `cache` and `hub build`: weights of a LeNet through a folder, a server, the cache, and back out of it.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { initialise } from '../../src/weights/initialise.ts';
import { writeSafetensors } from '../../src/weights/write_safetensors.ts';
import { buildCommand, type Run, removeCommand, runCommand } from '../support/command.ts';
import { file, type MockHub, startMockHub } from '../support/mock_hub.ts';
import { buildModel } from '../support/models.ts';

const DIGITS = [...'0123456789'].map((digit) => `digit_${digit}`);
const FLAGS = ['--classes', 'digits.txt', '--mean', '0.1307', '--std', '0.3081'];

let folder: string;
let server: MockHub;
beforeAll(async () => {
  await buildCommand();
  folder = await mkdtemp(join(tmpdir(), 'convoke-weights-'));
  await writeFile(join(folder, 'digits.txt'), `${DIGITS.join('\n')}\n`);
  server = await startMockHub();
});
afterAll(async () => {
  await server.close();
  await removeCommand();
  await rm(folder, { recursive: true, force: true });
});

let hub: string;
let cache: string;
beforeEach(async () => {
  hub = join(folder, 'hub');
  cache = join(folder, 'cache');
  for (const directory of [hub, cache]) await rm(directory, { recursive: true, force: true });
  await mkdir(hub);
});

const run = (args: readonly string[]): Promise<Run> =>
  runCommand(
    args.map((arg) => (arg === 'digits.txt' ? join(folder, arg) : arg)),
    { env: { CONVOKE_CACHE: cache } },
  );

/** The document of a run that must succeed. */
async function json(args: readonly string[]) {
  const { code, stdout, stderr } = await run([...args, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** A file of LeNet's parameters. */
async function lenetBytes(seed: number, classes = 10): Promise<Uint8Array> {
  const { parameters } = buildModel('lenet5', { classes });
  const state = Object.fromEntries(parameters.map((spec) => [spec.name, initialise(spec, seed)]));
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeSafetensors(state)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const readHub = async () => JSON.parse(await readFile(join(hub, 'hub.json'), 'utf8'));

describe('hub build', () => {
  it('writes what the files are, and the first of a model is its default', async () => {
    await writeFile(join(hub, 'lenet5-mnist.safetensors'), await lenetBytes(1));
    await writeFile(join(hub, 'lenet5.safetensors'), await lenetBytes(2));
    await writeFile(join(hub, 'notes.txt'), 'not weights');
    const { code, stdout, stderr } = await run(['hub', 'build', hub, ...FLAGS, '--licence', 'MIT']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^lenet5 +MNIST \(default\) +lenet5-mnist\.safetensors +248 kB +[0-9a-f]{12}$/m);
    const { weights } = await readHub();
    expect(weights.map(({ model, id, default: first }: Record<string, unknown>) => [model, id, first])).toEqual([
      ['lenet5', 'MNIST', true],
      ['lenet5', 'V1', undefined],
    ]);
    expect(weights[0]).toMatchObject({
      licence: 'MIT',
      bytes: (await readFile(join(hub, 'lenet5-mnist.safetensors'))).length,
      classes: DIGITS,
      preprocess: { resize: 28, crop: 28, interpolation: 'bilinear', antialias: true, mean: [0.1307], std: [0.3081] },
    });
    expect((await readdir(hub)).toSorted()).toEqual([
      'hub.json',
      'lenet5-mnist.safetensors',
      'lenet5.safetensors',
      'notes.txt',
    ]);
  });

  it('keeps what was written by hand, takes new hashes, and adds new files', async () => {
    await writeFile(join(hub, 'lenet5.safetensors'), await lenetBytes(1));
    await run(['hub', 'build', hub, ...FLAGS]);
    const before = await readHub();
    Object.assign(before.weights[0], { id: 'MINE', licence: 'mine', source: 'my own', note: 'not of the format' });
    before.weights.push({ ...before.weights[0], id: 'GONE', default: false, file: 'gone.safetensors' });
    await writeFile(join(hub, 'hub.json'), JSON.stringify(before));
    await writeFile(join(hub, 'lenet5.safetensors'), await lenetBytes(2));
    await writeFile(join(hub, 'a_digits.safetensors'), await lenetBytes(3));
    const { code, stderr } = await run(['hub', 'build', hub, ...FLAGS, '--model', 'lenet5', '--id', 'NEW']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^convoke: gone\.safetensors stands in \S+ and is not there; --force drops its entry\n$/);
    const { weights } = await readHub();
    expect(weights.map(({ id }: { id: string }) => id)).toEqual(['MINE', 'GONE', 'NEW']);
    expect(weights[0]).toEqual({ ...before.weights[0], sha256: weights[0].sha256 });
    expect(weights[0].sha256).not.toBe(before.weights[0].sha256);

    const forced = await run(['hub', 'build', hub, ...FLAGS, '--model', 'lenet5', '--force']);
    expect({ code: forced.code, stderr: forced.stderr }).toEqual({ code: 0, stderr: '' });
    const after = (await readHub()).weights;
    expect(after.map(({ id }: { id: string }) => id)).toEqual(['V1', 'A_DIGITS']);
    expect(after[0]).not.toHaveProperty('licence');
  });

  it.each([
    [
      'a file that no name begins',
      'digits.safetensors',
      FLAGS,
      /^convoke: digits\.safetensors: no model's name begins it/,
    ],
    [
      'no classes',
      'lenet5_relu.safetensors',
      FLAGS.slice(2),
      /lenet5_relu has no classes of its own; give --classes LIST\|FILE$/m,
    ],
    [
      'no mean',
      'lenet5_relu.safetensors',
      FLAGS.slice(0, 2),
      /lenet5_relu has no preprocessing of its own; give --mean and --std$/m,
    ],
    [
      'three means',
      'lenet5.safetensors',
      [...FLAGS, '--mean', '1,2,3'],
      /lenet5 has 1 channels, and --mean and --std need/,
    ],
    [
      'labels that are not there',
      'lenet5.safetensors',
      ['--classes', 'x.txt'],
      /--classes x\.txt is neither a list's name nor/,
    ],
  ])('refuses %s, and writes nothing', async (_, name, flags, text) => {
    await writeFile(join(hub, name), await lenetBytes(1));
    const { code, stdout, stderr } = await run(['hub', 'build', hub, ...flags]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(text);
    expect(await readdir(hub)).toEqual([name]);
  });

  it('refuses a file that does not fit its model, or is none', async () => {
    await writeFile(join(hub, 'lenet5.safetensors'), await lenetBytes(1, 7));
    const { code, stderr } = await run(['hub', 'build', hub, ...FLAGS]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/does not fit the model: fc3\.weight is \[7,84\], the model has \[10,84\]/);
    await writeFile(join(hub, 'lenet5.safetensors'), '<html>');
    expect((await run(['hub', 'build', hub, ...FLAGS])).code).toBe(1);
    expect(await readdir(hub)).toEqual(['lenet5.safetensors']);
  });

  it('leaves a hub.json that it cannot read alone', async () => {
    await writeFile(join(hub, 'lenet5.safetensors'), await lenetBytes(1));
    await writeFile(join(hub, 'hub.json'), '{ "format": 2 }');
    const { code, stderr } = await run(['hub', 'build', hub, ...FLAGS, '--force']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/hub\.json: format must be 1, and is 2/);
    expect(await readFile(join(hub, 'hub.json'), 'utf8')).toBe('{ "format": 2 }');
  });

  it('wants a flag to be for something', async () => {
    await writeFile(join(hub, 'lenet5.safetensors'), await lenetBytes(1));
    await run(['hub', 'build', hub, ...FLAGS]);
    const { code, stderr } = await run(['hub', 'build', hub, '--licence', 'MIT']);
    expect(code).toBe(2);
    expect(stderr).toContain('--licence: every file has its entry already; --force replaces it');
  });
});

describe('pull and cache', () => {
  /** A server of a hub with two files, built by the command. */
  beforeEach(async () => {
    await writeFile(join(hub, 'lenet5.safetensors'), await lenetBytes(1));
    await writeFile(join(hub, 'lenet5-other.safetensors'), await lenetBytes(2));
    await json(['hub', 'build', hub, ...FLAGS]);
    server.routes.clear();
    for (const name of await readdir(hub)) server.routes.set(`/${name}`, file(await readFile(join(hub, name))));
  });

  it('fetch a file once, find it, prove it, and take it out again', async () => {
    const asked = server.seen.length;
    const pulled = await json(['pull', 'lenet5', '--hub', server.url, '--weights', 'V1']);
    const again = await json(['pull', 'lenet5', '--hub', server.url, '--weights', 'V1']);
    expect(again).toEqual(pulled);
    expect(pulled).toMatchObject({ model: 'lenet5', weights: 'V1', bytes: (await lenetBytes(1)).length });
    expect(await readFile(pulled.file)).toEqual(await readFile(join(hub, 'lenet5.safetensors')));
    const fetched = server.seen.slice(asked).filter(({ path }) => path === '/lenet5.safetensors');
    expect(fetched).toHaveLength(1);
    await json(['pull', 'lenet5', '--hub', server.url]);

    const { files } = await json(['cache', 'list']);
    expect(files.map(({ file, state }: Record<string, string>) => [file, state]).toSorted()).toEqual([
      ['lenet5-other.safetensors', 'whole'],
      ['lenet5.safetensors', 'whole'],
    ]);
    expect((await json(['cache', 'list', 'lenet5.*'])).files).toHaveLength(1);
    expect((await run(['cache', 'list'])).stdout).toMatch(
      /^of a hub +lenet5\.safetensors +248 kB +[0-9a-f]{12} +whole$/m,
    );
    expect((await run(['cache', 'verify'])).stdout).toMatch(/: 2 files, 495 kB, all whole\n$/);

    const bytes = await readFile(pulled.file);
    bytes[5000]! ^= 1;
    await writeFile(pulled.file, bytes);
    const damaged = await run(['cache', 'verify']);
    expect(damaged.code).toBe(1);
    expect(damaged.stderr).toMatch(/^convoke: \S+lenet5\.safetensors has SHA-256 .*; it is fetched again when/);
    const document = JSON.parse((await run(['cache', 'verify', '--json'])).stdout);
    expect(document.files.filter(({ ok }: { ok: boolean }) => !ok)).toMatchObject([{ path: pulled.file }]);
    await json(['pull', 'lenet5', '--hub', server.url, '--weights', 'V1']);
    expect((await run(['cache', 'verify'])).code).toBe(0);

    const cleared = await run(['cache', 'clear', 'other']);
    expect(cleared.stdout).toMatch(/^removed \S+lenet5-other\.safetensors \(248 kB\)\n\S+: 1 file, 248 kB removed\n$/);
    const rest = await json(['cache', 'clear']);
    expect(rest.removed).toMatchObject([{ path: pulled.file }]);
    expect(await readdir(cache, { recursive: true })).toEqual(['weights']);
  });

  it('leave a download that goes on alone', async () => {
    const { file: path } = await json(['pull', 'lenet5', '--hub', server.url]);
    const part = (name: string) => cp(path, `${path}.${name}part`);
    await part('');
    await part(`ffffffff-1-${crypto.randomUUID()}.`); // another machine's, just written
    const { removed, left } = await json(['cache', 'clear']);
    expect(removed.map(({ state }: { state: string }) => state).toSorted()).toEqual(['unfinished', 'whole']);
    expect(left.map(({ state }: { state: string }) => state)).toEqual(['in use']);
  });

  it('check a folder’s file in its place', async () => {
    const { file: path } = await json(['pull', 'lenet5', '--hub', hub, '--offline']);
    expect(path).toBe(join(hub, 'lenet5-other.safetensors'));
    expect((await json(['cache', 'list'])).files).toEqual([]);
  });

  it('tell of a file that is of another model', async () => {
    const index = await readHub();
    for (const entry of index.weights) entry.classes = DIGITS.slice(1);
    await writeFile(join(hub, 'hub.json'), JSON.stringify(index));
    const { code, stderr } = await run(['pull', 'lenet5', '--hub', hub]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/lenet5 does not fit the model: fc3\.weight is \[10,84\], the model has \[9,84\]/);
  });

  it.runIf(process.platform === 'linux')('are told from a folder that not even root can write', async () => {
    const args = ['doctor', '--offline', '--driver', 'none', '--json'];
    const { stdout } = await runCommand(args, { env: { CONVOKE_CACHE: '/proc/convoke' } });
    const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; text: string }[] };
    const found = checks.find(({ name }) => name === 'cache');
    expect(found).toMatchObject({
      status: 'missing',
      text: expect.stringMatching(/^\/proc\/convoke: .* not writable/),
    });
  });

  it('say that nothing is published', async () => {
    const { code, stderr } = await run(['pull', 'zfnet', '--offline']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'convoke: convoke has no default weights of zfnet; it has none\n',
    });
  });
});

describe('classify', () => {
  const [driver] = (process.env.CONVOKE_TEST_DRIVERS ?? 'lavapipe')
    .split(',')
    .filter((name) => /^(lava|swift|auto)/.test(name));

  it.runIf(driver)('works with the hub that was built', async () => {
    await writeFile(join(hub, 'lenet5.safetensors'), await lenetBytes(1));
    await json(['hub', 'build', hub, ...FLAGS]);
    const args = ['classify', '--sample', '--model', 'lenet5', '--hub', hub, '--driver', driver!, '--top', '10'];
    const [{ top }] = await json(args);
    expect(top.map(({ label }: { label: string }) => label).toSorted()).toEqual(DIGITS);
  });
});
