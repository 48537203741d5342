// `convoke tune`: what it measures is told once, remembered for later commands, and known to the doctor.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommand, removeCommand, runCommand } from '../support/command.ts';

const wanted = (process.env.CONVOKE_TEST_DRIVERS ?? 'lavapipe').split(',');
const [driver] = wanted.filter((name) => ['lavapipe', 'swiftshader', 'auto'].includes(name));

let cache: string;
beforeAll(async () => {
  await buildCommand();
  cache = await mkdtemp(join(tmpdir(), 'convoke-tune-'));
});
afterAll(async () => {
  await removeCommand();
  await rm(cache, { recursive: true, force: true });
});

const run = (...args: string[]) => runCommand(args, { env: { CONVOKE_CACHE: cache } });

it.each([
  [[], 'convoke: tune wants the name of a model'],
  [['resnet-18'], "convoke: there is no model 'resnet-18'; did you mean resnet18"],
  [['lenet5', '--batch', '0'], 'convoke: --batch'],
])('refuses %j', async (args, message) => {
  const { code, stdout, stderr } = await run('tune', ...args);
  expect({ code, stdout }).toEqual({ code: args[0] === 'resnet-18' ? 1 : 2, stdout: '' });
  expect(stderr).toContain(message);
});

describe.runIf(driver !== undefined)('on a GPU', { timeout: 240_000 }, () => {
  it('measures what is not known, and no more', async () => {
    const first = await run('tune', 'lenet5', '--driver', driver!, '--json');
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
    const { models, quarantined } = JSON.parse(first.stdout);
    expect(quarantined).toEqual({});
    expect(models).toMatchObject([{ model: 'lenet5' }]);
    const { classes } = models[0];
    expect(classes.map(({ layer }: { layer: string }) => layer)).toContain('conv1');
    for (const { candidates, chosen } of classes) {
      const times = candidates.map(({ ms }: { ms: number }) => ms);
      expect(Math.min(...times)).toBeGreaterThan(0);
      expect(candidates.map(({ kernel }: { kernel: string }) => kernel)).toContain(chosen);
    }

    const second = await run('tune', 'lenet5', '--driver', driver!);
    expect(second.stdout).toMatch(/lenet5.*: everything has been measured already/);
    const doctor = await run('doctor', '--offline', '--driver', driver!);
    expect(doctor.stdout).toContain(`the fastest are known for ${classes.length} kinds of layer`);
  });

  it('shows what it has measured as a table', async () => {
    const { stdout } = await run('tune', 'lenet5', '--size', '36', '--driver', driver!);
    expect(stdout).toMatch(/^layer +\* chosen +ms/m);
    expect(stdout).toMatch(/^conv1 +[* ] \w+ +\d+\.\d{3}$/m);
    expect(stdout.match(/^\S* +\* \w+ +\d/gm)?.length).toBeGreaterThan(1);
  });
});
