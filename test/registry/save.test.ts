// Saving to a path: the file appears whole or not at all, and may be the very one that is read.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeState } from '../../src/registry/save.ts';
import { stateReader } from '../../src/weights/bind.ts';
import { openTensors } from '../../src/weights/open_weights.ts';
import type { TensorReader } from '../../src/weights/tensors.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convoke-test-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const reader = (...values: number[]): TensorReader & { closed: number } => {
  const inner = stateReader({ w: { shape: [values.length], data: new Float32Array(values) } });
  const counted = { ...inner, closed: 0, close: async () => void counted.closed++ };
  return counted;
};

async function values(path: string): Promise<number[]> {
  const opened = await openTensors(path);
  const found: number[] = [];
  for await (const { data } of opened.read()) found.push(...data);
  await opened.close();
  return found;
}

it('makes the folder, and takes a path or a file address', async () => {
  const path = join(folder, 'a b', 'mine.safetensors');
  const first = reader(1, 2);
  expect(await writeState(first, path, {})).toBeUndefined();
  expect(first.closed).toBeGreaterThan(0);
  expect(await values(path)).toEqual([1, 2]);
  await writeState(reader(3), pathToFileURL(path), {});
  expect(await values(path)).toEqual([3]);
});

it('leaves what was there, and nothing else, when it fails', async () => {
  const path = join(folder, 'mine.safetensors');
  await writeState(reader(1), path, {});
  const before = await readFile(path);
  const failing = reader(1e6);
  await expect(writeState(failing, path, { dtype: 'F16' })).rejects.toMatchObject({ code: 'unsupported_dtype' });
  expect(failing.closed).toBeGreaterThan(0);
  const stopped = writeState(reader(5), path, { signal: AbortSignal.abort(new Error('enough')) });
  await expect(stopped).rejects.toThrow('enough');
  expect(await readFile(path)).toEqual(before);
  expect(await readdir(folder)).toEqual(['mine.safetensors']);
  const inFile = writeState(reader(1), join(path, 'below.safetensors'), {});
  await expect(inFile).rejects.toMatchObject({ code: 'missing_file' });
});

it('replaces the file that it reads', async () => {
  const path = join(folder, 'mine.safetensors');
  await writeState(reader(1, 0.5), path, {});
  await writeState(await openTensors(path), path, { dtype: 'BF16' });
  expect(await values(path)).toEqual([1, 0.5]);
});
