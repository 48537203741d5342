// What a page downloads that uses one family: bundled and minified from the published package, measured as servers send it.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtin } from '../src/models/builtin.ts';
import { installPackage } from './support/package.ts';

const KILOBYTE = 1000;

/** The page's own script, once it is bundled. */
const entry = 'out/stdin.js';

const page = `
  import { Registry } from 'convoke';
  import { resnet } from 'convoke/models/resnet';
  globalThis.registry = new Registry([resnet]);
`;

let folder: string;
let outputs: Metafile['outputs'];
const code = new Map<string, Uint8Array>();

beforeAll(async () => {
  folder = await installPackage(['browser']);
  const { outputFiles, metafile } = await build({
    stdin: { contents: page, resolveDir: folder },
    absWorkingDir: folder,
    outdir: 'out',
    platform: 'browser',
    format: 'esm',
    bundle: true,
    minify: true,
    splitting: true,
    metafile: true,
    write: false,
  });
  outputs = metafile.outputs;
  for (const { path, contents } of outputFiles) code.set(path.slice(join(folder, '/').length), contents);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A file with all it imports, without what is imported later on. */
function closure(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const { path, kind } of outputs[file]!.imports) if (kind === 'import-statement') closure(path, found);
  return found;
}

/** Everything that a page which neither trains, nor explains, nor measures kernels may load, sooner or later. */
function inference(file: string, found = new Set<string>()): Set<string> {
  const { entryPoint = '', imports } = outputs[file]!;
  if (found.has(file) || /registry\/(train|tune)\.js$/.test(entryPoint)) return found;
  found.add(file);
  for (const { path, external } of imports) if (!external) inference(path, found);
  return found;
}

/** Largest first, for the bundler names its files by what is in them, and orders them by that. */
function text(files: Iterable<string>): string {
  const texts = [...files].map((file) => Buffer.from(code.get(file)!).toString());
  return texts.sort((a, b) => b.length - a.length).join('\n');
}

const brotli = (files: Iterable<string>) => brotliCompressSync(text(files)).length;

/** The file that is loaded when it is first needed and has `mark` in it. */
function later(mark: string): string {
  const found = Object.keys(outputs).filter((file) => !closure(entry).has(file) && text([file]).includes(mark));
  expect(found, mark).toHaveLength(1);
  return found[0]!;
}

/** Minified bytes by room, for whoever has to find out what has grown. */
function composition(files: Iterable<string>): string {
  const rooms = new Map<string, number>();
  for (const file of files)
    for (const [path, { bytesInOutput }] of Object.entries(outputs[file]!.inputs)) {
      const [, room = 'zod'] = /dist\/browser\/(runtime\/\w+|\w+)/.exec(path) ?? [];
      const name = path.endsWith('.wgsl.js') ? 'shaders' : room;
      rooms.set(name, (rooms.get(name) ?? 0) + bytesInOutput);
    }
  const rows = [...rooms].sort(([, a], [, b]) => b - a).map(([room, bytes]) => `${room} ${bytes}`);
  return `${brotli(files)} bytes in brotli; minified: ${rows.join(', ')}`;
}

describe('a page with resnet alone', () => {
  it('downloads less than 40 kB', () => {
    const files = closure(entry);
    expect(brotli(files), composition(files)).toBeLessThan(40 * KILOBYTE);
  });

  it('has loaded less than 40 kB when a model runs on a GPU', () => {
    // Besides the entry: what loads a model, and the kernels that GPUs want.
    const parts = ['the given device is lost', 'HALF_X'].map(later);
    const files = new Set([entry, ...parts].flatMap((file) => [...closure(file)]));
    expect(brotli(files), composition(files)).toBeLessThan(40 * KILOBYTE);
  });

  it('has nothing of another family, in no part', () => {
    const everything = text(Object.keys(outputs));
    const others = builtin.filter(({ family }) => family !== 'resnet').flatMap(({ models }) => Object.keys(models));
    expect(others.length).toBeGreaterThan(10);
    for (const name of others) expect(everything, name).not.toContain(name);
    expect(everything).toContain('resnext50_32x4d');
  });

  it('has no operator, picture or command that it cannot use, unless it trains or measures', () => {
    const everything = text(inference(entry));
    const unused = [
      'local_response_norm',
      'layer_norm',
      'radial_basis',
      'log_softmax',
      'samplePicture',
      'usage: convoke',
      '_gradient',
    ];
    for (const mark of unused) expect(everything.includes(mark), mark).toBe(false);
  });

  it('loads labels, pictures, weights, first values and kernels for CPUs when they are needed', () => {
    for (const mark of ['goldfish', 'createImageBitmap', 'hub.json', '3528531795', 'winograd_output']) later(mark);
  });
});
