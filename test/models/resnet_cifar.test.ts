// The residual networks for CIFAR against section 4.2 and table 6 of the paper.

import { describe, expect, it } from 'vitest';
import { type BuiltModel, readConfig } from '../../src/registry/build.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { print } from '../../src/runtime/graph/print.ts';
import { buildModel, models, moduleOutput } from '../support/models.ts';

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const trained = ({ parameters }: BuiltModel) =>
  parameters.filter(({ role }) => role === 'weight').reduce((sum, { shape }) => sum + product(shape), 0);

/** Layers, table 6's millions of parameters, and the exact numbers with either shortcut. */
const table6 = [
  ['resnet20', 20, '0.27', 269_722, 272_474],
  ['resnet32', 32, '0.46', 464_154, 466_906],
  ['resnet44', 44, '0.66', 658_586, 661_338],
  ['resnet56', 56, '0.85', 853_018, 855_770],
  ['resnet110', 110, '1.7', 1_727_962, 1_730_714],
] as const;

describe.each(table6)('%s', (name, layers, millions, plain, projected) => {
  it('has the parameters and layers of table 6', () => {
    const built = buildModel(name);
    expect(trained(built)).toBe(plain);
    expect((plain / 1e6).toFixed(millions.length - 2)).toBe(millions);
    expect(built.parameters.filter(({ name }) => /(conv\d|fc)\.weight$/.test(name))).toHaveLength(layers);
    expect(trained(buildModel(name, { config: { shortcut: 'B' } }))).toBe(projected);
  });

  it('has 16, 32 and 64 filters on maps of 32, 16 and 8', () => {
    const built = buildModel(name);
    expect(['conv1', 'layer1', 'layer2', 'layer3'].map((module) => moduleOutput(built, module).shape)).toEqual([
      ['n', 16, 32, 32],
      ['n', 16, 32, 32],
      ['n', 32, 16, 16],
      ['n', 64, 8, 8],
    ]);
    expect(built.logits.shape).toEqual(['n', 10]);
  });
});

/** What a block adds to its branch. */
function shortcut(option: 'A' | 'B'): string {
  const sum = moduleOutput(buildModel('resnet20', { config: { shortcut: option } }), 'layer2.0').inputs.x!;
  return print(graphOf({ y: sum.inputs.b! }))
    .split('\n')
    .slice(-4, -1)
    .join('\n');
}

it('passes every other pixel on, with zeros for the new channels, or projects', () => {
  expect(shortcut('A')).toMatchInlineSnapshot(`
    "%24: f32[n,16,32,32] = relu(%23)
    %25: f32[n,16,16,16] = max_pool2d(%24) kernel=[1,1] stride=[2,2] padding=[0,0,0,0] dilation=[1,1]
    %26: f32[n,32,16,16] = pad(%25) padding=[0,0,0,0] channels=16 value=0"
  `);
  expect(shortcut('B')).toMatchInlineSnapshot(`
    "%24: f32[n,16,32,32] = relu(%23)
    %25: f32[n,32,16,16] = conv2d(%24, layer2.0.downsample.0.weight) stride=[2,2] padding=[0,0,0,0] dilation=[1,1] groups=1
    %26: f32[n,32,16,16] = batch_norm(%25, weight=layer2.0.downsample.1.weight, bias=layer2.0.downsample.1.bias, running_mean=layer2.0.downsample.1.running_mean, running_var=layer2.0.downsample.1.running_var) eps=0.00001 momentum=0.1"
  `);
});

it('knows no other shortcut', () => {
  expect(() => readConfig('resnet20', models.resnet20!, { shortcut: 'C' })).toThrow('config shortcut');
});
