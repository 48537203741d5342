// DenseNet against table 1 of its paper, what its layers become, and the old names in torchvision's files.

import { describe, expect, it } from 'vitest';
import { compile } from '../../src/runtime/compile/compile.ts';
import { printProgram } from '../../src/runtime/plan/print.ts';
import { allFacts } from '../support/facts.ts';
import { buildModel, models, moduleOutput } from '../support/models.ts';

/** Growth rate, channels after each block. */
const table1 = {
  densenet121: [32, 256, 512, 1024, 1024],
  densenet169: [32, 256, 512, 1280, 1664],
  densenet201: [32, 256, 512, 1792, 1920],
  densenet161: [48, 384, 768, 2112, 2208],
} as const;

const layers = {
  densenet121: [6, 12, 24, 16],
  densenet169: [6, 12, 32, 32],
  densenet201: [6, 12, 48, 32],
  densenet161: [6, 12, 36, 24],
} as const;

describe.each(Object.entries(table1))('%s', (name, [growth, ...channels]) => {
  const built = buildModel(name);

  it('has the blocks and sizes of table 1', () => {
    const shapes = ['pool0', 'denseblock1', 'denseblock2', 'denseblock3', 'denseblock4'].map(
      (module) => moduleOutput(built, `features.${module}`).shape,
    );
    expect(shapes).toEqual([['n', 2 * growth, 56, 56], ...channels.map((count, i) => ['n', count, 56 >> i, 56 >> i])]);
    const counts = layers[name as keyof typeof layers].map((_, i) => {
      const firsts = built.parameters.filter(({ name }) => name.startsWith(`features.denseblock${i + 1}.`));
      return firsts.filter(({ name }) => name.endsWith('conv2.weight')).length;
    });
    expect(counts).toEqual(layers[name as keyof typeof layers]);
    // The depth that its name says: convolutions and the classifier.
    const weighted = built.parameters.filter(({ name }) => /(conv\d?|classifier)\.weight$/.test(name));
    expect(weighted).toHaveLength(Number(name.slice('densenet'.length)));
  });

  it.each(Object.entries(allFacts))('copies no features on %s', (_, facts) => {
    const { run, buffers } = compile(built.graph, facts);
    expect(run.filter(({ operator }) => operator === 'concat').map(({ layer }) => layer)).toEqual([]);
    // One buffer for each block, with the features of all its layers.
    const blocks = buffers.filter(({ name }) => /^features\.denseblock\d$/.test(name));
    expect(blocks.map(({ layout }) => layout.kind === 'image' && layout.channels)).toEqual(channels);
  });

  it('finds its parts under the names of old files', () => {
    const [entry] = models[name]!.weights;
    const [, torchvision] = entry!.sources;
    const [[from, to]] = torchvision!.rename as [[string, string]];
    const old = (name: string) => name.replace(/(denselayer\d+\.(?:norm|conv))([12]\.)/, '$1.$2');
    const names = built.parameters.map(({ name }) => name);
    expect(names.filter((name) => old(name) !== name).length).toBeGreaterThan(400);
    for (const name of names) expect(old(name).replace(new RegExp(from, 'u'), to)).toBe(name);
    for (const name of names) expect(name.replace(new RegExp(from, 'u'), to)).toBe(name);
  });
});

it('the first layers of densenet121 write into their block', () => {
  const program = compile(
    buildModel('densenet121').graph,
    allFacts.discrete,
    ({ operator }) => operator?.kernels[0]?.name,
  );
  expect(
    printProgram(program)
      .split('\n')
      .filter((line) => /^run .*(pool0|denseblock1\.(denselayer[12]\b|denselayer3.norm1))/.test(line))
      .join('\n'),
  ).toMatchInlineSnapshot(`
    "run max_pool2d(features.pool0) x=#9 -> y=#10[0:64]
    run batch_norm(features.denseblock1.denselayer1.norm1) x=#10[0:64] gamma=#12 beta=#13 mean=#14 variance=#15 -> y=#11
    run conv2d_direct(features.denseblock1.denselayer1.conv1) x=#11 w=#16 bias=#20 -> y=#23
    run conv2d_direct(features.denseblock1.denselayer1.conv2) x=#23 w=#24 -> y=#10[64:96]
    run batch_norm(features.denseblock1.denselayer2.norm1) x=#10[0:96] gamma=#26 beta=#27 mean=#28 variance=#29 -> y=#25
    run conv2d_direct(features.denseblock1.denselayer2.conv1) x=#25 w=#30 bias=#34 -> y=#37
    run conv2d_direct(features.denseblock1.denselayer2.conv2) x=#37 w=#38 -> y=#10[96:128]
    run batch_norm(features.denseblock1.denselayer3.norm1) x=#10[0:128] gamma=#40 beta=#41 mean=#42 variance=#43 -> y=#39"
  `);
});
