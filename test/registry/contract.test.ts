// The contract that a plugin's author can test (convoke/testing): our own models pass it, broken ones fail with a clear text.

import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { configured, defineModels, layers, type ModelSpec, type Plugin } from '../../src/index.ts';
import { builtin } from '../../src/models/builtin.ts';
import { type ContractTest, contractTests } from '../../src/testing.ts';
import { tiny, tinySpec } from '../support/tiny_plugin.ts';

for (const plugin of builtin)
  describe(plugin.family, () => {
    for (const { name, run } of contractTests(plugin)) it(name, run);
  });

describe('a third party’s plugin', () => {
  for (const { name, run } of contractTests(tiny, { models: ['tiny_wide'] })) it(name, run);

  it('is tested model by model, and run where a device is asked for', () => {
    const names = (tests: readonly ContractTest[]) => tests.map(({ name }) => name);
    expect(names(contractTests(tiny))).toHaveLength(1 + 2 * 9);
    expect(names(contractTests(tiny, { models: ['tiny_wide'], device: true })).at(-1)).toBe(
      'tiny_wide gives finite numbers, the same every time and in any batch',
    );
    expect(() => contractTests(tiny, { models: ['tiny'] })).toThrow("there is no model 'tiny'");
  });
});

const { conv2d, flatten, linear, adaptiveAvgPool } = layers;
const entry = {
  id: 'V1',
  default: true,
  sources: [{ kind: 'url' as const, url: 'https://example.com/tiny.safetensors', sha256: '0'.repeat(64) }],
  preprocess: {
    resize: 16,
    crop: 16,
    interpolation: 'bilinear' as const,
    antialias: true,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  classes: ['a', 'b'],
};

const one = (changes: Partial<ModelSpec>): Plugin =>
  defineModels({ family: 'broken', paper: 'none', models: { broken: { ...tinySpec(), ...changes } } });

/** What the tests that fail say, by the test's name without the model's. */
async function failures(plugin: Plugin): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { name, run } of contractTests(plugin))
    await run().catch((error: Error) => {
      found[name.replace(/^broken /, '')] = error.message;
    });
  return found;
}

const compiling = ['lavapipe', 'swiftshader', 'discrete'].map((name) => `compiles for ${name}, within its limits`);
const all = (names: readonly string[], message: string) => Object.fromEntries(names.map((name) => [name, message]));

describe('a broken plugin is told', () => {
  it('what of the schema it misses, and nothing else', async () => {
    expect(await failures({ ...tiny, contract: 2 } as unknown as Plugin)).toEqual({
      'the plugin fits the schema and can be registered':
        'plugin tiny: contract must be 1, the contract this version of convoke reads, and is 2',
    });
  });

  it('that it returns no logits', async () => {
    const build: ModelSpec['build'] = (net, image) => conv2d(net.at('conv'), image, { out: 4, kernel: 1 });
    const message = 'the model must return its logits, [n,7], and returns conv, [n,4,16,16]';
    const found = await failures(one({ build }));
    expect(found).toMatchObject(all(compiling, message));
    expect(found['builds at its own size, with as many logits as classes']).toBe(message);
  });

  it('that it does not fit its smallest image', async () => {
    const build: ModelSpec['build'] = (net, image, { classes }) => {
      const x = conv2d(net.at('conv'), image, { out: 4, kernel: 9 });
      return linear(net.at('fc'), flatten(net.at('flatten'), x), classes);
    };
    expect(await failures(one({ build }))).toEqual({
      'builds at its smallest size': 'conv2d(conv): kernel 9x9 does not fit into input [n,3,8,8] with padding 0,0,0,0',
    });
  });

  it('that nothing of it is learned', async () => {
    const build: ModelSpec['build'] = (net, image) =>
      flatten(net.at('flatten'), adaptiveAvgPool(net.at('pool'), image, 1));
    expect(await failures(one({ build, classes: 3 }))).toMatchObject({
      'builds at its own size, with as many logits as classes': 'broken: it has no convolution and no linear layer',
    });
  });

  it('that a name is not torch’s', async () => {
    const build: ModelSpec['build'] = (net, image, { classes }) =>
      linear(net.at('fully connected'), flatten(net.at('flatten'), image), classes);
    expect(await failures(one({ build }))).toEqual({
      'names its parameters as torch does': "broken: no parameter of torch is called 'fully connected.weight'",
    });
  });

  it('that more than the head changes with the classes', async () => {
    const build: ModelSpec['build'] = (net, image, { classes }) => {
      const x = conv2d(net.at('conv'), image, { out: classes, kernel: 1 });
      return linear(net.at('fc'), flatten(net.at('flatten'), x), classes);
    };
    expect(await failures(one({ build }))).toEqual({
      'takes another number of classes, which changes the head alone':
        "broken: fc.weight [7,1792] changes with the number of classes, and no head's does so",
    });
  });

  it('which choice does not build', async () => {
    const config = z.object({
      norm: z._default(z.enum(['none', 'batch']), 'none'),
      deep: z._default(z.boolean(), false),
    });
    const chosen = configured(config, (net, image, { classes, norm }) => {
      const x = flatten(net.at('flatten'), image);
      return linear(net.at('fc'), norm === 'batch' ? conv2d(net.at('conv'), x, { out: 1, kernel: 1 }) : x, classes);
    });
    const { 'builds with every choice of its config': message, ...others } = await failures(one(chosen));
    expect(message).toMatch(/^broken: with config norm batch: conv2d\(conv\): /);
    expect(others).toEqual({});
  });

  it.each([
    [{ id: 'V 1' }, 'broken: weights entry V 1: its id must be letters, digits and underscores'],
    [{ classes: ['a', ''] }, 'broken: weights entry V1: a label is empty'],
    [{ classes: 'imagenet2k' }, "there is no class list 'imagenet2k'; the built-in ones are: imagenet1k"],
    [{ preprocess: { ...entry.preprocess, crop: 4 } }, 'broken: weights entry V1: crop 4 is below the smallest size 8'],
    [
      { preprocess: { ...entry.preprocess, std: [1, 0, 1] } },
      'broken: weights entry V1: std must be positive, and is 1,0,1',
    ],
    [
      { accuracy: { own: { top1: 99, top5: 90 } } },
      'broken: weights entry V1: accuracy on own must be per cent, top-1 below top-5',
    ],
    [{ config: { depth: 3 } }, 'broken: there is no config depth, nor any other'],
  ])('that a weights entry with %j is wrong', async (changes, message) => {
    const found = await failures(one({ weights: [{ ...entry, ...changes }] }));
    expect(found).toEqual({ 'has complete weights entries': message });
  });

  it('that none of its weights entries is the default', async () => {
    const weights = ['V1', 'V2'].map((id) => ({ ...entry, id, default: false }));
    expect(await failures(one({ weights }))).toEqual({
      'has complete weights entries': 'broken: none of its weights entries is the default',
    });
    expect(await failures(one({ weights: weights.slice(1) }))).toEqual({});
  });

  it('that it is too large for an adapter', async () => {
    const build: ModelSpec['build'] = (net, image, { classes }) => {
      const x = conv2d(net.at('conv'), image, { out: 4096, kernel: 1 });
      return linear(net.at('fc'), flatten(net.at('flatten'), adaptiveAvgPool(net.at('pool'), x, 1)), classes);
    };
    const found = await failures(one({ build, input: { channels: 3, size: 512, minSize: 8 } }));
    expect(Object.keys(found).every((name) => compiling.includes(name))).toBe(true);
    expect(found[compiling[1]!]).toMatch(/takes \d+ bytes/);
  });
});
