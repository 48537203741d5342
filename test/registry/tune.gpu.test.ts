// Models that were measured on this adapter: what is remembered, what is chosen by it, and that the answers stay what they are.

import { expect, it, vi } from 'vitest';
import { Registry } from '../../src/index.ts';
import { choicesOf } from '../../src/runtime/device/tuning.ts';
import { spiedDevice } from '../support/device_spy.ts';
import { tiny, tinyBatch, tinyState } from '../support/tiny_plugin.ts';

const models = new Registry([tiny]);
// A store of its own on each run, as browsers keep theirs for as long as a page's origin lives.
const cacheDir = `node_modules/.cache/convoke/tune-${crypto.randomUUID()}`;
const { device, spy } = await spiedDevice();

async function answers(tune?: boolean): Promise<Float32Array> {
  const options = { device, cacheDir, weights: tinyState(), ...(tune !== undefined && { tune }) };
  const model = await models.load('tiny_branches', options);
  const logits = await (await model.forward(tinyBatch(2))).data();
  model.dispose();
  return logits;
}

it('measures once what a model asks of kernels, leaves nothing on the GPU, and answers as before', async () => {
  const before = await answers(false);
  const phases: string[] = [];
  const { classes, quarantined } = await models.tune('tiny_branches', {
    device,
    cacheDir,
    rounds: 1,
    onProgress: (done, total) => phases.push(`${done}/${total}`),
  });
  expect(quarantined).toEqual({});
  expect(classes.length).toBeGreaterThan(2);
  expect(phases.at(-1)).toBe(`${classes.length}/${classes.length}`);
  expect(spy.live()).toEqual([]);
  expect((await models.tune('tiny_branches', { device, cacheDir })).classes).toEqual([]);

  const after = await answers();
  const largest = Math.max(...before.map(Math.abs));
  // Each of five layers adds up 72 numbers at most: 4 sqrt(72) 2^-24 of what it adds up, once for each of two orders.
  for (const [i, logit] of after.entries()) expect(Math.abs(logit - before[i]!)).toBeLessThan(2e-5 * largest);
  expect(await answers(true)).toEqual(after); // nothing is left to be measured
});

it('measures gradients too', async () => {
  const { classes } = await models.tune('tiny_wide', { device, cacheDir, rounds: 1, training: true, batch: 2 });
  const operators = new Set(classes.map(({ calls }) => calls.split('(')[0]));
  expect(operators).toContain('conv2d_weight_gradient');
  expect(spy.live()).toEqual([]);
});

it('runs what has won, and what is ranked next once that is quarantined', async () => {
  const choices = await choicesOf(device, cacheDir);
  for (const calls of Object.keys(choices.toJSON().winners)) choices.win(calls, 'conv2d_direct');
  const compile = vi.spyOn(device.pipelines, 'compile');
  const kernels = async () => {
    compile.mockClear();
    await answers();
    return compile.mock.calls.flatMap(([kernels]) => kernels.map(({ name }) => name));
  };
  expect(await kernels()).toContain('conv2d_direct');
  choices.quarantine('conv2d_direct', 'a reason');
  expect(await kernels()).not.toContain('conv2d_direct');
});

it.each([{ size: 0 }, { size: 3 }])('refuses %j', async (options) => {
  await expect(models.tune('tiny_branches', { device, cacheDir, ...options })).rejects.toMatchObject({
    name: 'UsageError',
  });
});
