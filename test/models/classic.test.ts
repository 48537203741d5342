// The networks of 1998 to 2016 as their papers count them: parameters by layer, sizes of maps, choices, first values.

import { describe, expect, it } from 'vitest';
import { scaledTanh } from '../../src/models/layers_1998.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { input, type ParameterSpec, Scope } from '../../src/runtime/graph/scope.ts';
import { initialise } from '../../src/weights/initialise.ts';
import { interpret, interpretValue } from '../support/interpret.ts';
import { buildModel, models, moduleOutput } from '../support/models.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const count = (parameters: readonly ParameterSpec[]) =>
  parameters.filter(({ role }) => role === 'weight').reduce((sum, { shape }) => sum + product(shape), 0);
const countIn = (name: string, module: string) =>
  count(buildModel(name).parameters.filter((parameter) => parameter.name.startsWith(`${module}.`)));

/** What the modules return: `64x55` for 64 maps of 55x55, `4096` for a vector. */
function maps(name: string, modules: readonly string[]): string[] {
  const built = buildModel(name);
  return modules.map((module) => moduleOutput(built, module).shape.slice(1, 3).join('x'));
}

const features = (...indices: readonly number[]) => indices.map((i) => `features.${i}`);
const operators = (...given: Parameters<typeof buildModel>) =>
  buildModel(...given).graph.values.flatMap(({ operator }) => operator?.name ?? []);
const initOf = (model: string, name: string) =>
  buildModel(model).parameters.find((parameter) => parameter.name === name)?.init;

describe('LeNet-5', () => {
  it('is built as its choices say', () => {
    const chosen = (activation: string, pooling: string) => operators('lenet5', { config: { activation, pooling } });
    expect(chosen('sigmoid', 'max').slice(0, 3)).toEqual(['conv2d', 'sigmoid', 'max_pool2d']);
    expect(chosen('relu', 'average')).toEqual(operators('lenet5_relu'));
    expect(chosen('tanh', 'average')).toEqual(operators('lenet5'));
    expect(count(buildModel('lenet5', { config: { activation: 'relu', pooling: 'max' } }).parameters)).toBe(61_706);
  });
});

describe('LeNet-5 of 1998', () => {
  const built = buildModel('lenet5_1998');

  it('has as many parameters in each layer as section II.B says', () => {
    const counts = ['c1', 's2', 'c3', 's4', 'c5', 'f6'].map((layer) => countIn('lenet5_1998', layer));
    expect(counts).toEqual([156, 12, 1_516, 32, 48_120, 10_164]);
    expect(count(built.parameters)).toBe(60_000);
  });

  it('has maps of the sizes of figure 2', () => {
    const modules = ['c1', 's2', 'c3', 's4', 'c5', 'f6', 'output'];
    expect(maps('lenet5_1998', modules)).toEqual(['6x28', '6x14', '16x10', '16x5', '120x1', '84', '10']);
  });

  it('connects C3 to S2 as table 1 does', () => {
    const table = built.graph.values.find(({ operator }) => operator?.name === 'connection_table')!;
    const connections = table.attributes.connections as readonly boolean[];
    const rows = Array.from({ length: 6 }, (_, s2) =>
      Array.from({ length: 16 }, (_, c3) => (connections[c3 * 6 + s2] ? 'X' : '.')).join(''),
    );
    expect(rows).toEqual([
      'X...XXX..XXXX.XX',
      'XX...XXX..XXXX.X',
      'XXX...XXX..X.XXX',
      '.XXX..XXXX..X.XX',
      '..XXX..XXXX.XX.X',
      '...XXX..XXXX.XXX',
    ]);
  });

  it('squashes 1 and -1 to themselves', () => {
    const x = input('x', ['n', 2]);
    const graph = graphOf({ y: scaledTanh(Scope.root().at('f'), x) });
    const { y } = interpret(graph, () => ({ shape: [1, 2], data: [1, -1] }));
    expect(y!.data[0]).toBeCloseTo(1, 4);
    expect(y!.data[1]).toBe(-y!.data[0]!);
  });

  it('answers with the digit whose bitmap F6 shows', () => {
    const bitmaps = initialise(built.parameters.find(({ name }) => name === 'output.weight')!, 0);
    expect(bitmaps.shape).toEqual([10, 7 * 12]);
    expect(new Set(bitmaps.data)).toEqual(new Set([1, -1]));
    const tail = [moduleOutput(built, 'output'), built.logits];
    const [distances, logits] = tail.map(({ name, operator }) => [name, operator?.name]);
    expect([distances, logits]).toEqual([
      ['output', 'radial_basis'],
      ['negative', 'affine'],
    ]);
    const x = { shape: [10, 84], data: bitmaps.data };
    const squared = interpretValue(tail[0]!, { x, w: bitmaps });
    const negative = interpretValue(tail[1]!, { x: { shape: [10, 10], data: squared.y } });
    for (let shown = 0; shown < 10; shown++) {
      const row = [...negative.y.subarray(10 * shown, 10 * shown + 10)];
      expect(row[shown]).toBe(0);
      // A pixel that differs counts (1 - -1)^2; the nearest, 6 and 8, differ in 12.
      for (const [digit, logit] of row.entries()) if (digit !== shown) expect(logit).toBeLessThanOrEqual(-4 * 12);
    }
  });

  it('knows ten digits', () => {
    expect(() => buildModel('lenet5_1998', { classes: 11 })).toThrow(
      'radial_basis(output): there are 10 centres, 11 are asked for',
    );
  });

  it('starts as appendix A says: within 2.4 over the number of inputs', () => {
    expect(initOf('lenet5_1998', 'c1.weight')).toEqual({ law: 'uniform', bound: 2.4 / 25 });
    expect(initOf('lenet5_1998', 's2.weight')).toEqual({ law: 'uniform', bound: 2.4 / 4 });
    expect(initOf('lenet5_1998', 'f6.bias')).toEqual({ law: 'uniform', bound: 2.4 / 120 });
  });
});

describe('AlexNet', () => {
  it('of 2012 has the maps of figure 2 and the parameters of two groups', () => {
    const expected = ['96x55', '96x27', '256x27', '256x13', '384x13', '384x13', '256x13', '256x6'];
    expect(maps('alexnet_2012', features(0, 3, 4, 7, 8, 10, 12, 14))).toEqual(expected);
    expect(count(buildModel('alexnet_2012').parameters)).toBe(60_965_224);
    const groups = features(0, 4, 8, 10, 12).map(
      (name) => moduleOutput(buildModel('alexnet_2012'), name).attributes.groups,
    );
    expect(groups).toEqual([1, 2, 1, 2, 2]);
  });

  it('normalises as section 3.3 says', () => {
    const norm = moduleOutput(buildModel('alexnet_2012'), 'features.2');
    const x = { shape: [1, 7, 1, 1], data: new Array<number>(7).fill(10) };
    // The paper's formula has alpha times the sum, k = 2, n = 5.
    expect(interpretValue(norm, { x }).y[3]).toBeCloseTo(10 / (2 + 1e-4 * 5 * 100) ** 0.75, 12);
  });

  it('starts as section 5 says', () => {
    expect(initOf('alexnet_2012', 'features.0.weight')).toEqual({ law: 'normal', std: 0.01 });
    const biases = ['features.0', 'features.4', 'features.8', 'features.10', 'features.12', 'classifier.0'];
    expect(biases.map((name) => initOf('alexnet_2012', `${name}.bias`))).toEqual(
      [0, 1, 0, 1, 1, 1].map((value) => ({ law: 'constant', value })),
    );
    expect(initOf('alexnet_2012', 'classifier.6.bias')).toEqual({ law: 'constant', value: 0 });
  });

  it('with batch norm has as many numbers as in Keras, running statistics among them', () => {
    const { parameters } = buildModel('alexnet_bn');
    const kept = parameters.filter(({ name }) => !name.endsWith('.num_batches_tracked'));
    expect(kept.reduce((sum, { shape }) => sum + product(shape), 0)).toBe(62_383_848);
    expect(count(parameters)).toBe(62_383_848 - 2 * (96 + 256 + 384 + 384 + 256));
    expect(maps('alexnet_bn', features(0, 3, 7, 10, 13, 16, 17))).toEqual([
      '96x55',
      '96x27',
      '256x13',
      '384x13',
      '384x13',
      '256x13',
      '256x6',
    ]);
  });
});

it('ZFNet has the maps of figure 3', () => {
  const expected = ['96x110', '96x55', '256x26', '256x13', '384x13', '384x13', '256x13', '256x6'];
  expect(maps('zfnet', features(0, 2, 4, 6, 8, 10, 12, 14))).toEqual(expected);
  expect(maps('zfnet', ['classifier.0', 'classifier.3', 'classifier'])).toEqual(['4096', '4096', '1000']);
  expect(count(buildModel('zfnet').parameters)).toBe(62_357_608);
});

describe('VGG', () => {
  /** Kernel and filters of the convolutions, block by block. */
  const column = (name: string) =>
    buildModel(name)
      .graph.values.flatMap(({ operator, inputs, shape }) => {
        if (operator?.name === 'max_pool2d') return '|';
        return operator?.name === 'conv2d' ? `${inputs.w?.shape[2]}-${shape[1]}` : [];
      })
      .join(' ');

  it.each([
    ['vgg11_lrn', '3-64 | 3-128 | 3-256 3-256 | 3-512 3-512 | 3-512 3-512 |', 133],
    ['vgg13', '3-64 3-64 | 3-128 3-128 | 3-256 3-256 | 3-512 3-512 | 3-512 3-512 |', 133],
    ['vgg16_1x1', '3-64 3-64 | 3-128 3-128 | 3-256 3-256 1-256 | 3-512 3-512 1-512 | 3-512 3-512 1-512 |', 134],
    ['vgg16', '3-64 3-64 | 3-128 3-128 | 3-256 3-256 3-256 | 3-512 3-512 3-512 | 3-512 3-512 3-512 |', 138],
  ])('%s has the layers of table 1 and the millions of parameters of table 2', (name, layers, millions) => {
    expect(column(name)).toBe(layers);
    expect(Math.round(count(buildModel(name).parameters) / 1e6)).toBe(millions);
  });

  it('with normalisation has it once, behind the first ReLU', () => {
    expect(operators('vgg11_lrn').slice(0, 4)).toEqual(['conv2d', 'relu', 'local_response_norm', 'max_pool2d']);
    expect(operators('vgg11_lrn').toSpliced(2, 1)).toEqual(operators('vgg11'));
  });

  it('starts as torchvision does', () => {
    expect(initOf('vgg16_bn', 'features.0.weight')).toEqual({ law: 'normal', std: Math.sqrt(2 / (64 * 9)) });
    expect(initOf('vgg16_bn', 'features.0.bias')).toEqual({ law: 'constant', value: 0 });
    expect(initOf('vgg16_bn', 'classifier.0.weight')).toEqual({ law: 'normal', std: 0.01 });
    expect(initOf('vgg16_bn', 'classifier.6.bias')).toEqual({ law: 'constant', value: 0 });
  });

  it('is read from timm by the rules of timm', async (context) => {
    interface Rules {
      timm: { rules: { vgg: { rename: [string, string][]; reshape: Record<string, string> } } };
    }
    const facts = await sharedJson<Rules>('oracle/hub-facts.json');
    if (!facts) return context.skip(SHARED_MISSING);
    const [source] = models.vgg19!.weights[0]!.sources;
    const renamed = (name: string) =>
      source!.rename!.reduce((text, [from, to]) => text.replace(new RegExp(from, 'u'), to), name);
    const { rename, reshape } = facts.timm.rules.vgg;
    for (const [from, to] of rename)
      for (const leaf of ['weight', 'bias']) expect(renamed(`${from}.${leaf}`)).toBe(`${to}.${leaf}`);
    expect(renamed('features.0.weight')).toBe('features.0.weight');
    for (const [name, shapes] of Object.entries(reshape)) {
      const rule = source!.reshape!.find(([of]) => new RegExp(of, 'u').test(renamed(name)));
      const [rows] = JSON.parse(shapes.split(' -> ')[1]!) as number[];
      expect(rule?.[1]).toEqual([rows, -1]);
    }
    expect(source!.reshape!.some(([of]) => new RegExp(of, 'u').test('classifier.6.weight'))).toBe(false);
  });
});

describe('SqueezeNet', () => {
  it('1.0 has the parameters of table 1, layer by layer', () => {
    const counts = features(0, 3, 4, 5, 7, 8, 9, 10, 12).map((module) => countIn('squeezenet1_0', module));
    expect(counts).toEqual([14_208, 11_920, 12_432, 45_344, 49_440, 104_880, 111_024, 188_992, 197_184]);
    expect(countIn('squeezenet1_0', 'classifier')).toBe(513_000);
  });

  it('1.0 pools to the sizes of table 1', () => {
    // Without padding the first two are two and one pixels smaller than the table's 111 and 55.
    const modules = [...features(0, 2, 5, 6, 10, 11, 12), 'classifier.1'];
    const expected = ['96x109', '96x54', '256x54', '256x27', '512x27', '512x13', '512x13', '1000x13'];
    expect(maps('squeezenet1_0', modules)).toEqual(expected);
  });

  it('rectifies the last convolution and averages it', () => {
    expect(operators('squeezenet1_1').slice(-5)).toEqual([
      'dropout',
      'conv2d',
      'relu',
      'adaptive_avg_pool2d',
      'flatten',
    ]);
  });

  it('starts as torchvision does', () => {
    expect(initOf('squeezenet1_1', 'features.3.squeeze.weight')).toEqual({
      law: 'uniform',
      bound: Math.sqrt(6 / 64),
    });
    expect(initOf('squeezenet1_1', 'classifier.1.weight')).toEqual({ law: 'normal', std: 0.01 });
    expect(initOf('squeezenet1_1', 'classifier.1.bias')).toEqual({ law: 'constant', value: 0 });
  });
});
