// RegNet: stages from the design space's numbers, timm's names, and how it starts.

import { expect, it } from 'vitest';
import { renamed } from '../../src/weights/rename.ts';
import type { TensorReader } from '../../src/weights/tensors.ts';
import { buildModel, models } from '../support/models.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

const regnets = Object.keys(models).filter((name) => name.startsWith('regnet'));

// Radosavovic et al. 2020, figures 15 and 16: depths, widths and channels of a group. Of x_400mf the paper has 384 channels
// at the end, torchvision rounds to 400; y_128gf is of Goyal et al. 2021 (arXiv:2103.01988).
it.each([
  ['regnet_x_400mf', [1, 2, 7, 12], [32, 64, 160, 400], 16],
  ['regnet_x_3_2gf', [2, 6, 15, 2], [96, 192, 432, 1008], 48],
  ['regnet_x_32gf', [2, 7, 13, 1], [336, 672, 1344, 2520], 168],
  ['regnet_y_8gf', [2, 4, 10, 1], [224, 448, 896, 2016], 56],
  ['regnet_y_16gf', [2, 4, 11, 1], [224, 448, 1232, 3024], 112],
  ['regnet_y_128gf', [2, 7, 17, 1], [528, 1056, 2904, 7392], 264],
] as const)('%s has blocks %j of widths %j', (name, depths, widths, group) => {
  const inner = buildModel(name).parameters.filter(({ name }) => name.endsWith('.f.b.0.weight'));
  const stages = [1, 2, 3, 4].map((stage) => inner.filter(({ name }) => name.includes(`.block${stage}.`)));
  expect(stages.map((blocks) => blocks.length)).toEqual(depths);
  expect(stages.map(([first]) => first?.shape)).toEqual(widths.map((width) => [width, group, 3, 3]));
});

interface TimmRules {
  readonly timm: { readonly rules: { readonly regnet: { readonly rename: readonly (readonly [string, string])[] } } };
}

it.for(regnets)('%s is read from files with the names of timm', async (name, context) => {
  const facts = await sharedJson<TimmRules>('oracle/hub-facts.json');
  if (!facts) return context.skip(SHARED_MISSING);
  const sources = models[name]!.weights.flatMap(({ sources }) => sources.filter(({ kind }) => kind === 'huggingface'));
  expect(sources.length).toBeGreaterThan(0);
  const ours = buildModel(name).parameters.map(({ name }) => name);
  const tensors = ours.map((name) => ({ name: nameAtTimm(name, facts), dtype: 'F32' as const, shape: [1] }));
  const reader: TensorReader = { tensors, read: async function* () {}, close: async () => {} };
  for (const source of sources) {
    const { tensors } = await renamed(reader, source, name);
    expect(tensors.map(({ name }) => name)).toEqual(ours);
  }
});

/** The rules of hub-facts.json backwards; theirs of stages and blocks is written as a formula. */
function nameAtTimm(name: string, { timm }: TimmRules): string {
  const block = name.replace(
    /^trunk_output\.block(\d)\.block\d-(\d+)\./,
    (_, stage, index) => `s${stage}.b${Number(index) + 1}.`,
  );
  return timm.rules.regnet.rename
    .filter(([theirs]) => !theirs.includes('{'))
    .reduce(
      (text, [theirs, ours]) =>
        text.replace(new RegExp(`(^|\\.)${ours.replaceAll('.', '\\.')}\\.`), (_, before) => `${before}${theirs}.`),
      block,
    );
}

it('starts as in torchvision', () => {
  const { parameters } = buildModel('regnet_y_400mf');
  const initOf = (name: string) => parameters.find((parameter) => parameter.name === name)?.init;
  const first = 'trunk_output.block1.block1-0.f';
  expect(initOf('stem.0.weight')).toEqual({ law: 'normal', std: Math.sqrt(2 / (32 * 9)) });
  expect(initOf(`${first}.se.fc1.weight`)).toEqual({ law: 'normal', std: Math.sqrt(2 / 8) });
  expect(initOf(`${first}.se.fc1.bias`)).toEqual({ law: 'uniform', bound: 1 / Math.sqrt(48) });
  expect(initOf('fc.weight')).toEqual({ law: 'normal', std: 0.01 });
  expect(initOf('fc.bias')).toEqual({ law: 'constant', value: 0 });
});
