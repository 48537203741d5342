// What is known of an adapter's kernels outlives the process, and is another adapter's business no longer.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Device } from '../../../src/runtime/device/device.ts';
import { choicesOf, remember } from '../../../src/runtime/device/tuning.ts';
import { discrete, lavapipe } from '../../support/facts.ts';

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'convoke-tuning-'));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

/** Each call is a device of its own, as another process would have. */
const device = (facts = lavapipe) => ({ facts }) as Device;

async function teach(): Promise<void> {
  const taught = device();
  const choices = await choicesOf(taught, cache);
  choices.win('conv2d(x)', 'winograd');
  choices.quarantine('conv2d_tile', 'conv2d(x): number 3 is 0, and 1 by the plain kernel');
  await remember(taught, choices, cache);
}

it('is remembered for the same adapter', async () => {
  await teach();
  expect((await choicesOf(device(), cache)).toJSON()).toEqual({
    winners: { 'conv2d(x)': 'winograd' },
    quarantined: { conv2d_tile: 'conv2d(x): number 3 is 0, and 1 by the plain kernel' },
  });
});

it.each([
  ['another adapter', discrete],
  ['another driver', { ...lavapipe, description: `${lavapipe.description} of next year` }],
])('says nothing of %s', async (_, facts) => {
  await teach();
  expect((await choicesOf(device(facts), cache)).toJSON()).toEqual({ winners: {}, quarantined: {} });
});

it('is one for all that ask for a device', async () => {
  const one = device();
  expect(await choicesOf(one, cache)).toBe(await choicesOf(one, cache));
});

it('is nothing where the cache cannot be read, and telling it there fails', async () => {
  const file = join(cache, 'a file');
  await writeFile(file, '');
  const one = device();
  const choices = await choicesOf(one, file);
  expect(choices.toJSON()).toEqual({ winners: {}, quarantined: {} });
  await expect(remember(one, choices, file)).rejects.toMatchObject({ code: 'cache_unwritable' });
});

it.each(['', '{', '[]', '{"winners": {"a": 1}, "quarantined": {}}', '{"winners": {}}'])(
  'begins anew where the record is %j',
  async (text) => {
    await teach();
    const [name] = await readdir(join(cache, 'records'));
    const path = join(cache, 'records', name!);
    expect(await readFile(path, 'utf8')).toContain('winograd');
    await writeFile(path, text);
    expect((await choicesOf(device(), cache)).toJSON()).toEqual({ winners: {}, quarantined: {} });
  },
);
