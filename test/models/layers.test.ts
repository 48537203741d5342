// The vocabulary of models: what a layer declares, what it passes on, and how its errors name the place.

import { expect, it } from 'vitest';
import {
  adaptiveAvgPool,
  avgPool,
  batchNorm,
  concat,
  conv2d,
  dropout,
  elu,
  geluTanh,
  leakyRelu,
  linear,
  maxPool,
  mish,
  prelu,
  relu6,
  softplus,
} from '../../src/models/layers.ts';
import { GraphError } from '../../src/runtime/errors.ts';
import { input, Scope } from '../../src/runtime/graph/scope.ts';

const image = input('image', ['n', 6, 32, 32]);
const declared = (root: Scope) => root.parameters.map(({ name, shape }) => `${name} [${shape}]`);

it('conv2d takes one number for both directions, or each', () => {
  const root = Scope.root();
  const square = conv2d(root.at('a'), image, { out: 8, kernel: 3, stride: 2, padding: 1, groups: 2 });
  expect(square.attributes).toMatchObject({ stride: [2, 2], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 2 });
  const oblong = conv2d(root.at('b'), image, {
    out: 8,
    kernel: [1, 7],
    padding: [0, 3],
    dilation: [1, 2],
    bias: false,
  });
  expect(oblong.attributes).toMatchObject({ padding: [0, 3, 0, 3], dilation: [1, 2] });
  expect(oblong.shape).toEqual(['n', 8, 32, 26]);
  const uneven = conv2d(root.at('c'), image, { out: 8, kernel: 2, padding: [0, 0, 1, 1], bias: false });
  expect(uneven.shape).toEqual(['n', 8, 32, 32]);
  expect(declared(root)).toEqual(['a.weight [8,3,3,3]', 'a.bias [8]', 'b.weight [8,6,1,7]', 'c.weight [8,6,2,2]']);
});

it('batchNorm declares its state as torch orders it', () => {
  const root = Scope.root();
  const y = batchNorm(root.at('bn'), image, { eps: 1e-3 });
  expect(y.attributes).toMatchObject({ eps: 1e-3 });
  expect(declared(root)).toEqual([
    'bn.weight [6]',
    'bn.bias [6]',
    'bn.running_mean [6]',
    'bn.running_var [6]',
    'bn.num_batches_tracked []',
  ]);
});

it('a layer is named after its place', () => {
  const scope = Scope.root().at('features').at(3);
  const y = dropout(scope.at('drop'), leakyRelu(scope.at('act'), relu6(scope.at('clip'), image), 0.2), 0.2);
  expect([y, y.inputs.x, y.inputs.x?.inputs.x].map((value) => value?.name)).toEqual([
    'features.3.drop',
    'features.3.act',
    'features.3.clip',
  ]);
  expect(y.inputs.x?.attributes).toEqual({ slope: 0.2 });
  expect(concat(scope, [image, y]).shape).toEqual(['n', 12, 32, 32]);
});

it('rare activations have their attributes and slopes', () => {
  const scope = Scope.root().at('act');
  expect(elu(scope, image, 0.5).attributes).toEqual({ alpha: 0.5 });
  expect([softplus, mish, geluTanh].map((layer) => layer(scope, image).operator?.name)).toEqual([
    'softplus',
    'mish',
    'gelu_tanh',
  ]);
  prelu(scope, image, 6);
  expect(scope.parameters.map(({ name, shape, init }) => ({ name, shape, init }))).toEqual([
    { name: 'act.weight', shape: [6], init: { law: 'constant', value: 0.25 } },
  ]);
});

it('pools step by their kernel unless told otherwise', () => {
  const scope = Scope.root().at('pool');
  expect(maxPool(scope, image, { kernel: 3, dilation: 2 }).shape).toEqual(['n', 6, 10, 10]);
  expect(maxPool(scope, image, { kernel: 3, stride: 2, ceilMode: true }).shape).toEqual(['n', 6, 16, 16]);
  expect(avgPool(scope, image, { kernel: [2, 4] }).shape).toEqual(['n', 6, 16, 8]);
  expect(avgPool(scope, image, { kernel: 3, padding: 1 }).attributes).toMatchObject({ countIncludePad: true });
  expect(adaptiveAvgPool(scope, image, [6, 7]).shape).toEqual(['n', 6, 6, 7]);
});

it.each([
  [
    'conv2d(a.b): 6 input channels do not divide into 4 groups',
    (scope: Scope) => conv2d(scope, image, { out: 8, kernel: 3, groups: 4 }),
  ],
  [
    'conv2d(a.b): 7 filters do not divide into 2 groups',
    (scope: Scope) => conv2d(scope, image, { out: 7, kernel: 3, groups: 2 }),
  ],
  [
    'conv2d(a.b): kernel 40x40 does not fit into input [n,6,32,32]',
    (scope: Scope) => conv2d(scope, image, { out: 8, kernel: 40 }),
  ],
  [
    'conv2d(a.b): attribute stride must be 2 whole numbers of 1 or more',
    (scope: Scope) => conv2d(scope, image, { out: 8, kernel: 3, stride: 0 }),
  ],
  ['linear(a.b): x must have 2 dimensions', (scope: Scope) => linear(scope, image, 10)],
  [
    'concat(a.b): parts may differ in channels only',
    (scope: Scope) => concat(scope, [image, conv2d(scope, image, { out: 8, kernel: 3 })]),
  ],
])('%s', (message, build) => {
  const attempt = () => build(Scope.root().at('a').at('b'));
  expect(attempt).toThrow(GraphError);
  expect(attempt).toThrow(message);
});
