// The registry: what it takes, what it refuses and how it says so. No device is needed for any of it.

import { describe, expect, it } from 'vitest';
import { ConvokeError, defineModels, type Plugin, Registry, registry } from '../../src/index.ts';
import { tiny, tinySpec } from '../support/tiny_plugin.ts';

const entry = {
  id: 'V1',
  default: true,
  sources: [{ kind: 'url', url: 'https://example.com/tiny.safetensors', sha256: '0'.repeat(64) }],
  preprocess: { resize: 16, crop: 16, interpolation: 'bilinear', antialias: true, mean: [0, 0, 0], std: [1, 1, 1] },
  classes: ['a', 'b'],
};

/** The plugin with one field replaced; `path` is split at dots. */
function broken(path: string, value: unknown): Plugin {
  const plugin = {
    ...tiny,
    models: { tiny_branches: { ...tinySpec(), input: { ...tinySpec().input }, weights: [structuredClone(entry)] } },
  };
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const owner = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, { ...plugin });
  if (keys.length === 0) return { ...plugin, [last]: value } as Plugin;
  owner[last] = value;
  return plugin as unknown as Plugin;
}

function errorOf(work: () => unknown): ConvokeError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConvokeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('register', () => {
  it('adds a family, in order', () => {
    const models = new Registry();
    models.register(tiny);
    expect(models.list()).toEqual(['tiny_branches', 'tiny_wide']);
    expect(new Registry([tiny]).list()).toEqual(models.list());
  });

  it('refuses a name that is taken, and then adds nothing of the family', () => {
    const models = new Registry([tiny]);
    const other = defineModels({ ...tiny, family: 'copies', models: { fresh: tinySpec(), tiny_wide: tinySpec() } });
    const error = errorOf(() => models.register(other));
    expect(error.code).toBe('duplicate_model');
    expect(error.message).toBe('model tiny_wide of plugin copies is already registered by tiny');
    expect(models.list()).toEqual(['tiny_branches', 'tiny_wide']);
    expect(errorOf(() => models.register(tiny)).code).toBe('duplicate_model');
  });

  it('adds nothing of an invalid family', () => {
    const models = new Registry();
    expect(() => models.register(broken('models.tiny_branches.classes', 0))).toThrow();
    expect(models.list()).toEqual([]);
  });

  it.each([
    ['contract', 2, 'plugin tiny: contract must be 1, the contract this version of convoke reads, and is 2'],
    [
      'contract',
      undefined,
      'plugin tiny: contract must be 1, the contract this version of convoke reads, and is undefined',
    ],
    ['family', '', 'a plugin: family must not be empty, and is ""'],
    ['family', 7, 'a plugin: family must be text, and is 7'],
    ['paper', undefined, 'plugin tiny: paper must be text, and is undefined'],
    ['models', 3, 'plugin tiny: models must be an object of models by name, and is 3'],
    ['models.tiny_branches', 3, 'plugin tiny: models.tiny_branches must be an object, and is 3'],
    [
      'models.ResNet-18',
      tinySpec(),
      'plugin tiny: the name ResNet-18 must be lower case letters, digits and underscores',
    ],
    ['models.tiny_branches.build', 'no', 'plugin tiny: models.tiny_branches.build must be a function, and is "no"'],
    ['models.tiny_branches.input', null, 'plugin tiny: models.tiny_branches.input must be an object, and is null'],
    [
      'models.tiny_branches.input.channels',
      0,
      'plugin tiny: models.tiny_branches.input.channels must be a whole number of 1 or more, and is 0',
    ],
    [
      'models.tiny_branches.input.size',
      1.5,
      'plugin tiny: models.tiny_branches.input.size must be a whole number of 1 or more, and is 1.5',
    ],
    [
      'models.tiny_branches.input.minSize',
      17,
      'plugin tiny: models.tiny_branches.input.minSize must not be larger than size, and is 17',
    ],
    [
      'models.tiny_branches.classes',
      -1,
      'plugin tiny: models.tiny_branches.classes must be a whole number of 1 or more, and is -1',
    ],
    [
      'models.tiny_branches.weights',
      undefined,
      'plugin tiny: models.tiny_branches.weights must be a list, and is undefined',
    ],
    [
      'models.tiny_branches.weights',
      [entry, { ...entry, default: false }],
      'plugin tiny: models.tiny_branches.weights must not have an id twice',
    ],
    [
      'models.tiny_branches.weights',
      [entry, { ...entry, id: 'V2' }],
      'plugin tiny: models.tiny_branches.weights must not have two defaults',
    ],
    [
      'models.tiny_branches.weights.0.id',
      '',
      'plugin tiny: models.tiny_branches.weights[0].id must have at least 1 characters, and is ""',
    ],
    [
      'models.tiny_branches.weights.0.sources',
      [],
      'plugin tiny: models.tiny_branches.weights[0].sources must have at least 1 elements, and is []',
    ],
    [
      'models.tiny_branches.weights.0.sources.0.kind',
      'ftp',
      'plugin tiny: models.tiny_branches.weights[0].sources[0].kind must be one of huggingface, torchvision, url, package, and is "ftp"',
    ],
    [
      'models.tiny_branches.weights.0.sources.0.sha256',
      'ff',
      'plugin tiny: models.tiny_branches.weights[0].sources[0].sha256 must be 64 lower-case hexadecimal digits, and is "ff"',
    ],
    [
      'models.tiny_branches.weights.0.preprocess.crop',
      0,
      'plugin tiny: models.tiny_branches.weights[0].preprocess.crop must be a whole number of 1 or more, and is 0',
    ],
    [
      'models.tiny_branches.weights.0.preprocess.mean',
      [0],
      'plugin tiny: models.tiny_branches.weights must have a mean and a std for each channel of the input',
    ],
    [
      'models.tiny_branches.weights.0.classes',
      5,
      'plugin tiny: models.tiny_branches.weights[0].classes must be valid (invalid union), and is 5',
    ],
  ])('names %s when it is %j', (path, value, message) => {
    const error = errorOf(() => new Registry().register(broken(path, value)));
    expect(error).toMatchObject({ name: 'UsageError', code: 'invalid_plugin', message });
  });

  it.each([null, undefined, 3, 'plugin'])('refuses %j for a plugin', (plugin) => {
    const error = errorOf(() => new Registry().register(plugin as unknown as Plugin));
    expect(error.code).toBe('invalid_plugin');
    expect(error.message).toMatch(/^a plugin: it /);
  });
});

describe('list', () => {
  const models = new Registry([
    defineModels({
      family: 'names',
      paper: 'none',
      models: Object.fromEntries(['ab', 'abc', 'bab', 'a_b', 'c'].map((name) => [name, tinySpec()])),
    }),
  ]);

  it.each([
    ['*', ['ab', 'abc', 'bab', 'a_b', 'c']],
    ['ab', ['ab']],
    ['ab*', ['ab', 'abc']],
    ['*ab*', ['ab', 'abc', 'bab']],
    ['a*b', ['ab', 'a_b']],
    ['a.b', []],
    ['(', []],
    ['', []],
  ])('%j gives %j', (pattern, expected) => {
    expect(models.list(pattern)).toEqual(expected);
  });
});

describe('info and describe', () => {
  const models = new Registry([tiny]);

  it('tell what is known before loading', () => {
    expect(models.info('tiny_wide')).toEqual({
      name: 'tiny_wide',
      family: 'tiny',
      paper: 'none',
      input: { channels: 3, size: 16, minSize: 8 },
      classes: 5,
      config: {},
      weights: [],
    });
    const { parameters, macs, weightBytes, layers } = models.describe('tiny_wide');
    // conv 3*1+1; hidden 256*192+192; fc 192*5+5.
    expect(parameters).toBe(4 + 49_344 + 965);
    expect(weightBytes).toBe(4 * parameters);
    expect(macs).toBe(3 * 256 + 256 * 192 + 192 * 5);
    expect(layers.map(({ operator }) => operator)).toEqual(['conv2d', 'relu', 'flatten', 'linear', 'relu', 'linear']);
  });

  it('of an unknown name say which are near', async () => {
    const error = errorOf(() => models.info('tiny-wide'));
    expect(error).toMatchObject({
      code: 'unknown_model',
      message: "there is no model 'tiny-wide'; did you mean tiny_wide?",
    });
    expect(errorOf(() => models.describe('tiny-wide')).code).toBe('unknown_model');
    expect(errorOf(() => models.info('transformer')).message).toBe("there is no model 'transformer'");
    await expect(models.load('tiny-wide')).rejects.toMatchObject({ code: 'unknown_model' });
  });

  it('know no names of JavaScript itself', () => {
    for (const name of ['constructor', '__proto__', 'toString']) expect(() => models.info(name)).toThrow(/no model/);
  });
});

it('The built-in registry takes a third party’s family beside its own', () => {
  expect(registry.list()).toContain('resnet18');
  expect(registry.info('resnet18').family).toBe('resnet');
});
