// GoogLeNet against table 1 of its paper, row by row; auxiliary heads; Inception v3 and DenseNet against their tables.

import { describe, expect, it } from 'vitest';
import type { BuiltModel } from '../../src/registry/build.ts';
import type { Value } from '../../src/runtime/graph/value.ts';
import { buildModel, models, moduleOutput } from '../support/models.ts';

const product = (shape: readonly unknown[]) => shape.reduce<number>((size, dim) => size * Number(dim), 1);

/** Weights without biases, and multiply-adds, of everything under these names. */
function cost({ parameters, graph }: BuiltModel, names: readonly string[]) {
  const under = (name: string) => names.some((prefix) => name === prefix || name.startsWith(`${prefix}.`));
  const weights = parameters.filter(({ name, shape }) => under(name) && shape.length > 1);
  const macs = graph.values.filter(({ name, kind }) => kind === 'operator' && under(name));
  return {
    weights: weights.reduce((sum, { shape }) => sum + product(shape), 0),
    macs: macs.reduce((sum, value) => sum + (value.operator?.macs(value) ?? 0), 0),
  };
}

/** #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj, as the convolutions have them. */
function widths({ parameters }: BuiltModel, module: string): number[] {
  const places = ['branch1', 'branch2.0', 'branch2.1', 'branch3.0', 'branch3.1', 'branch4.1'];
  return places.map((place) => {
    const found = parameters.find(({ name }) => new RegExp(`^${module}\\.${place}(\\.conv)?\\.weight$`).test(name));
    return found!.shape[0]!;
  });
}

const output = (built: BuiltModel, module: string) => {
  const [, depth, height, width] = moduleOutput(built, module).shape;
  return [height, width, depth];
};

/**
 * Table 1: names here, output size, widths, params in K (of 1024), ops in M. Where the net that the table describes has
 * other numbers than the table, they stand behind the table's. The paper's ops fit the widths throughout but for three rows.
 * The first layer's are those of a separable convolution (7 * 7 * 3 * 8 + 24 * 64 weights), which the paper never mentions;
 * those of 4a are cut off, not rounded; those of 5a fit no reading.
 */
const table1: readonly (readonly [
  type: string,
  names: readonly string[],
  size: readonly [number, number, number],
  widths: readonly number[],
  params: number | readonly [paper: number, net: number],
  ops: number | readonly [paper: number, net: number],
])[] = [
  ['convolution 7x7/2', ['conv1'], [112, 112, 64], [], [2.7, 9], [34, 118]],
  ['max pool 3x3/2', ['maxpool1'], [56, 56, 64], [], 0, 0],
  ['convolution 3x3/1', ['conv2', 'conv3'], [56, 56, 192], [], 112, 360],
  ['max pool 3x3/2', ['maxpool2'], [28, 28, 192], [], 0, 0],
  ['inception (3a)', ['inception3a'], [28, 28, 256], [64, 96, 128, 16, 32, 32], [159, 160], 128],
  ['inception (3b)', ['inception3b'], [28, 28, 480], [128, 128, 192, 32, 96, 64], [380, 379], 304],
  ['max pool 3x3/2', ['maxpool3'], [14, 14, 480], [], 0, 0],
  ['inception (4a)', ['inception4a'], [14, 14, 512], [192, 96, 208, 16, 48, 64], [364, 367], [73, 74]],
  ['inception (4b)', ['inception4b'], [14, 14, 512], [160, 112, 224, 24, 64, 64], [437, 438], 88],
  ['inception (4c)', ['inception4c'], [14, 14, 512], [128, 128, 256, 24, 64, 64], [463, 498], 100],
  ['inception (4d)', ['inception4d'], [14, 14, 528], [112, 144, 288, 32, 64, 64], [580, 591], 119],
  ['inception (4e)', ['inception4e'], [14, 14, 832], [256, 160, 320, 32, 128, 128], [840, 847], 170],
  ['max pool 3x3/2', ['maxpool4'], [7, 7, 832], [], 0, 0],
  ['inception (5a)', ['inception5a'], [7, 7, 832], [256, 160, 320, 32, 128, 128], [1072, 1018], [54, 51]],
  ['inception (5b)', ['inception5b'], [7, 7, 1024], [384, 192, 384, 48, 128, 128], [1388, 1409], 71],
  ['avg pool 7x7/1', ['avgpool'], [1, 1, 1024], [], 0, 0],
];

describe('table 1 of GoogLeNet:', () => {
  const built = buildModel('inception_v1');

  it.each(table1)('%s %o', (_, names, size, columns, params, ops) => {
    expect(output(built, names.at(-1)!)).toEqual(size);
    if (columns.length > 0) expect(widths(built, names[0]!)).toEqual(columns);
    const { weights, macs } = cost(built, names);
    expect(Math.round(weights / 1024)).toBe([params].flat().at(-1));
    expect(Math.round(macs / 1e6)).toBe([ops].flat().at(-1));
  });

  it('dropout (40%), linear, and the whole', () => {
    const dropout = moduleOutput(built, 'dropout');
    expect(dropout.attributes.p).toBe(0.4);
    expect(built.logits.shape).toEqual(['n', 1000]);
    expect(cost(built, ['fc'])).toEqual({ weights: 1000 * 1024, macs: 1000 * 1024 });
    // "The network is 22 layers deep when counting only layers with parameters."
    expect(depth(built.logits)).toBe(22);
  });

  it('its first row is that of a separable convolution', () => {
    const separable = 7 * 7 * 3 * 8 + 24 * 64;
    expect((separable / 1000).toFixed(1)).toBe('2.7');
    expect(Math.round((separable * 112 * 112) / 1e6)).toBe(34);
  });

  it('the same modules make up the one that torchvision has', () => {
    const theirs = buildModel('googlenet');
    for (const [, names, size, columns] of table1) {
      expect(output(theirs, names.at(-1)!), names[0]).toEqual(size);
      if (columns.length > 0) expect(widths(theirs, names[0]!)).toEqual(columns);
    }
    const kernel = (model: BuiltModel) => moduleOutput(model, 'inception3a').inputs[2]!.inputs.x;
    const convolution = (value: Value): Value =>
      value.operator?.name === 'conv2d' ? value : convolution(value.inputs.x!);
    expect(convolution(kernel(built)!).attributes.padding).toEqual([2, 2, 2, 2]);
    expect(convolution(kernel(theirs)!).attributes.padding).toEqual([1, 1, 1, 1]);
  });
});

/** The longest way through layers with parameters. */
function depth(value: Value): number {
  const seen = new Map<Value, number>();
  const measure = (at: Value): number => {
    const known = seen.get(at);
    if (known !== undefined) return known;
    const own = ['conv2d', 'linear'].includes(at.operator?.name ?? '') ? 1 : 0;
    const result = own + Math.max(0, ...Object.values(at.inputs).map(measure));
    seen.set(at, result);
    return result;
  };
  return measure(value);
}

describe('auxiliary heads', () => {
  const count = ({ parameters }: BuiltModel, keep: (name: string) => boolean) =>
    parameters.reduce((sum, { name, shape, role }) => sum + (role === 'weight' && keep(name) ? product(shape) : 0), 0);

  it.each(['googlenet', 'inception_v1'])('of %s stand on 4a and 4d', (name) => {
    const built = buildModel(name, { classes: 10 });
    expect(Object.entries(built.auxiliary).map(([key, { logits, weight }]) => [key, logits.shape, weight])).toEqual([
      ['aux1', ['n', 10], 0.3],
      ['aux2', ['n', 10], 0.3],
    ]);
    expect([...built.auxiliaryNames].every((name) => /^aux[12]\./.test(name))).toBe(true);
    expect(built.parameters.filter(({ name }) => name.startsWith('aux')).map(({ name }) => name)).toEqual([
      ...built.auxiliaryNames,
    ]);
    const sources = Object.values(built.auxiliary).map(({ logits }) => {
      let at = logits;
      while (at.operator?.name !== 'concat') at = at.inputs.x!;
      return at.name;
    });
    expect(sources).toEqual(['inception4a', 'inception4d']);
  });

  it('of the paper average 5x5 windows at its size', () => {
    const pooled = (size: number) => {
      let at = buildModel('inception_v1', { size }).auxiliary.aux1!.logits;
      while (!at.operator?.name.endsWith('avg_pool2d')) at = at.inputs.x!;
      return [at.operator.name, at.shape];
    };
    expect(pooled(224)).toEqual(['avg_pool2d', ['n', 512, 4, 4]]);
    expect(pooled(128)).toEqual(['adaptive_avg_pool2d', ['n', 512, 4, 4]]);
  });

  it('of googlenet are not in the number that torchvision publishes, that of inception_v3 is', () => {
    const google = buildModel('googlenet');
    expect(count(google, () => true)).toBe(13_004_888);
    expect(count(google, (name) => !google.auxiliaryNames.has(name))).toBe(6_624_904);
    const v3 = buildModel('inception_v3');
    expect(count(v3, () => true)).toBe(27_161_264);
    expect(count(v3, (name) => !v3.auxiliaryNames.has(name))).toBe(23_834_568);
  });

  it('of inception_v3 sees maps of 17x17, whatever the size of the image', () => {
    const seen = (size: number) => {
      const { auxiliary } = buildModel('inception_v3', { size });
      expect(auxiliary).toMatchObject({ AuxLogits: { weight: 0.4, logits: { shape: ['n', 1000] } } });
      let at = auxiliary.AuxLogits!.logits;
      while (at.operator?.name !== 'avg_pool2d') at = at.inputs.x!;
      return [at.shape, at.inputs.x!.shape, at.inputs.x!.operator!.name];
    };
    const [pooled, map] = [
      ['n', 768, 5, 5],
      ['n', 768, 17, 17],
    ];
    expect(seen(299)).toEqual([pooled, map, 'concat']);
    expect(seen(96)).toEqual([pooled, map, 'adaptive_avg_pool2d']);
  });
});

it.each(['googlenet', 'inception_v3'])('%s takes an image as ImageNet normalises it where it is told so', (name) => {
  const first = (transformInput: boolean) => {
    const { values } = buildModel(name, { config: { transformInput } }).graph;
    return values.find(({ kind }) => kind === 'operator')!;
  };
  expect(first(false).operator?.name).toBe('conv2d');
  const { operator, attributes } = first(true);
  expect(operator?.name).toBe('affine');
  const [entry] = models[name]!.weights;
  expect(entry?.config).toEqual({ transformInput: true });
  const { mean, std } = entry!.preprocess;
  const { scale, shift } = attributes as { scale: number[]; shift: number[] };
  // A level v of channel c: the two ways to a mean and deviation of 0.5 agree.
  for (const c of [0, 1, 2])
    for (const v of [0, 0.25, 1])
      expect(((v - mean[c]!) / std[c]!) * scale[c]! + shift[c]!).toBeCloseTo((v - 0.5) / 0.5, 12);
});

it('inception_v3 has the sizes of its paper', () => {
  const built = buildModel('inception_v3');
  const modules = ['Conv2d_1a_3x3', 'Conv2d_2a_3x3', 'Conv2d_2b_3x3', 'maxpool1', 'Conv2d_3b_1x1', 'Conv2d_4a_3x3'];
  const mixed = ['maxpool2', 'Mixed_5b', 'Mixed_5d', 'Mixed_6a', 'Mixed_6e', 'Mixed_7a', 'Mixed_7c', 'avgpool'];
  expect([...modules, ...mixed].map((module) => output(built, module))).toEqual([
    [149, 149, 32],
    [147, 147, 32],
    [147, 147, 64],
    [73, 73, 64],
    [73, 73, 80],
    [71, 71, 192],
    [35, 35, 192],
    [35, 35, 256],
    [35, 35, 288],
    [17, 17, 768],
    [17, 17, 768],
    [8, 8, 1280],
    [8, 8, 2048],
    [1, 1, 2048],
  ]);
  expect(depth(built.logits)).toBe(48);
});
