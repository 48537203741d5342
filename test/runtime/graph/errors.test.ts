// What wrong calls of operators say: the operator, the node, what was expected and what came.

import { describe, expect, it } from 'vitest';
import { GraphError } from '../../../src/runtime/errors.ts';
import { input, Scope } from '../../../src/runtime/graph/scope.ts';
import type { Value } from '../../../src/runtime/graph/value.ts';
import { relu } from '../../../src/wgsl/activation/activation.ts';
import { activationNames } from '../../../src/wgsl/activation/epilogue.ts';
import { batchNorm } from '../../../src/wgsl/batch_norm/batch_norm.ts';
import { concat } from '../../../src/wgsl/concat/concat.ts';
import { conv2d } from '../../../src/wgsl/conv2d/conv2d.ts';
import { dropout } from '../../../src/wgsl/dropout/dropout.ts';
import { add } from '../../../src/wgsl/elementwise/elementwise.ts';
import { linear } from '../../../src/wgsl/linear/linear.ts';

const x = input('x', ['n', 32, 8, 8]);
const flat = input('flat', ['n', 32]);
const p = (...shape: number[]): Value => Scope.root().parameter('p', shape, { law: 'constant', value: 0 });
const norm = { weight: p(32), bias: p(32), running_mean: p(32), running_var: p(32) };

// Attributes of another type than the schema's reach an operator from JavaScript.
const loose = <T>(value: unknown): T => value as T;

function errorOf(call: () => unknown): GraphError {
  try {
    call();
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('shapes', () => {
  const cases: readonly (readonly [string, () => Value])[] = [
    [
      'conv2d(c): weight expects 64 input channels, input has 32 ([n,32,8,8])',
      () => conv2d.of({ x, w: p(8, 64, 3, 3) }, {}, 'c'),
    ],
    [
      'conv2d(c): weight expects 64 input channels, input has 32 ([n,32,8,8])',
      () => conv2d.of({ x, w: p(8, 32, 1, 1) }, { groups: 2 }, 'c'),
    ],
    ['conv2d(c): 9 filters do not divide into 2 groups', () => conv2d.of({ x, w: p(9, 16, 1, 1) }, { groups: 2 }, 'c')],
    ['conv2d(c): weight must be [K,C/groups,R,S] and is [8,32]', () => conv2d.of({ x, w: p(8, 32) }, {}, 'c')],
    ['conv2d(c): bias must be [8] and is [4]', () => conv2d.of({ x, w: p(8, 32, 1, 1), bias: p(4) }, {}, 'c')],
    ['conv2d(c): bias must be [8] and is [8,1]', () => conv2d.of({ x, w: p(8, 32, 1, 1), bias: p(8, 1) }, {}, 'c')],
    [
      'conv2d(c): kernel 9x9 does not fit into input [n,32,8,8] with padding 0,0,0,0',
      () => conv2d.of({ x, w: p(8, 32, 9, 9) }, {}, 'c'),
    ],
    [
      'conv2d(c): kernel 3x3 does not fit into input [n,32,8,8] with padding 0,0,0,0',
      () => conv2d.of({ x, w: p(8, 32, 3, 3) }, { dilation: [4, 1] }, 'c'),
    ],
    [
      'conv2d(c): residual must be [n,8,8,8] and is [n,32,8,8]',
      () => conv2d.of({ x, w: p(8, 32, 1, 1), residual: x }, {}, 'c'),
    ],
    [
      'conv2d(c): x must have 4 dimensions, the first being the batch, and is [n,32]',
      () => conv2d.of({ x: flat, w: p(8, 32, 1, 1) }, {}, 'c'),
    ],
    [
      'conv2d(c): x must have 4 dimensions, the first being the batch, and is [1,32,8,8]',
      () => conv2d.of({ x: p(1, 32, 8, 8), w: p(8, 32, 1, 1) }, {}, 'c'),
    ],
    ['conv2d(c): input w is missing', () => conv2d.of({ x }, {}, 'c')],
    ['conv2d(c): there is no input weight', () => conv2d.of({ x, w: p(8, 32, 1, 1), weight: p(8) }, {}, 'c')],
    [
      'linear(fc): weight expects 64 input features, input has 32 ([n,32])',
      () => linear.of({ x: flat, w: p(10, 64) }, {}, 'fc'),
    ],
    ['linear(fc): weight must be [O,I] and is [10]', () => linear.of({ x: flat, w: p(10) }, {}, 'fc')],
    ['linear(fc): bias must be [10] and is [9]', () => linear.of({ x: flat, w: p(10, 32), bias: p(9) }, {}, 'fc')],
    [
      'linear(fc): residual must be [n,10] and is [n,32]',
      () => linear.of({ x: flat, w: p(10, 32), residual: flat }, {}, 'fc'),
    ],
    [
      'linear(fc): x must have 2 dimensions, the first being the batch, and is [4,32]',
      () => linear.of({ x: p(4, 32), w: p(10, 32) }, {}, 'fc'),
    ],
    ['add(sum): [n,32,8,8] and [n,32] do not broadcast', () => add.of({ a: x, b: flat }, {}, 'sum')],
    ['add(sum): [n,32,8,8] and [16,1,1] do not broadcast', () => add.of({ a: x, b: p(16, 1, 1) }, {}, 'sum')],
    [
      'add(sum): one of the operands must be an activation, and the result is [32,8,8]',
      () => add.of({ a: p(32, 8, 8), b: p(32, 1, 1) }, {}, 'sum'),
    ],
    ['add(sum): input b is missing', () => add.of({ a: x }, {}, 'sum')],
    [
      'concat(cat): parts may differ in channels only: [n,32,8,8] and [n,32,4,4]',
      () => concat.of({ 0: x, 1: input('y', ['n', 32, 4, 4]) }, {}, 'cat'),
    ],
    [
      'concat(cat): parts may differ in channels only: [n,32,8,8] and [n,32]',
      () => concat.of({ 0: x, 1: flat }, {}, 'cat'),
    ],
    ['concat(cat): there is no activation to concatenate', () => concat.of({}, {}, 'cat')],
    ['concat(cat): there is no activation to concatenate', () => concat.of({ 0: p(1, 2, 3, 4) }, {}, 'cat')],
    ['concat(cat): input 1 is missing', () => concat.of({ 0: x, 1: undefined, 2: x }, {}, 'cat')],
    ['concat(cat): there is no input x', () => concat.of({ 0: x, x }, {}, 'cat')],
    ['batch_norm(bn): weight must be [32] and is [8]', () => batchNorm.of({ ...norm, x, weight: p(8) }, {}, 'bn')],
    [
      'batch_norm(bn): running_var must be [32] and is [32,1]',
      () => batchNorm.of({ ...norm, x, running_var: p(32, 1) }, {}, 'bn'),
    ],
    ['batch_norm(bn): input bias is missing', () => batchNorm.of({ ...norm, x, bias: undefined }, {}, 'bn')],
    [
      'batch_norm(bn): x must have 4 dimensions, the first being the batch, and is [n,32,8]',
      () => batchNorm.of({ ...norm, x: input('x', ['n', 32, 8]) }, {}, 'bn'),
    ],
    ['relu(act): input x is missing', () => relu.of({}, {}, 'act')],
  ];

  it.each(cases)('%s', (message, call) => {
    const { code, message: text } = errorOf(call);
    expect([code, text]).toEqual(['shape_mismatch', message]);
  });
});

describe('attributes', () => {
  const call = (attributes: unknown) => conv2d.of({ x, w: p(32, 32, 1, 1) }, loose(attributes), 'c');
  const cases: readonly (readonly [string, () => Value])[] = [
    ...[[1, 0], [1.5, 1], [1, '1'], [1], [1, 1, 1]].map((stride): [string, () => Value] => [
      `conv2d(c): attribute stride must be 2 whole numbers of 1 or more and is [${stride}]`,
      () => call({ stride }),
    ]),
    ['conv2d(c): attribute stride must be 2 whole numbers of 1 or more and is 2', () => call({ stride: 2 })],
    ...[
      [1, 1],
      [0, 0, -1, 0],
    ].map((padding): [string, () => Value] => [
      `conv2d(c): attribute padding must be 4 whole numbers of 0 or more and is [${padding}]`,
      () => call({ padding }),
    ]),
    ['conv2d(c): attribute groups must be a whole number of 1 or more and is NaN', () => call({ groups: Number.NaN })],
    [
      `conv2d(c): attribute activation must be one of ${activationNames.join(', ')} and is "swish"`,
      () => call({ activation: 'swish' }),
    ],
    ['conv2d(c): there is no attribute strides', () => call({ strides: [2, 2] })],
    ['conv2d(c): attributes must be of type object and is null', () => call(null)],
    ['batch_norm(bn): attribute eps must be > 0 and is 0', () => batchNorm.of({ ...norm, x }, { eps: 0 }, 'bn')],
    ['dropout(d): attribute p must be < 1 and is 1', () => dropout.of({ x }, { p: 1 }, 'd')],
  ];

  it.each(cases)('%s', (message, wrong) => {
    const { code, message: text } = errorOf(wrong);
    expect([code, text]).toEqual(['invalid_attribute', message]);
  });

  it('that are undefined take their default', () => {
    expect(call({ groups: undefined, strides: undefined }).attributes).toMatchObject({ groups: 1, stride: [1, 1] });
  });
});
