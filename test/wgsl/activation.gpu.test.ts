// Activation functions, softmax and its logarithm, and dropout against their references and torch.

import { describe, expect, it } from 'vitest';
import { activationReference } from '../../src/wgsl/activation/activation.ref.ts';
import * as activations from '../../src/wgsl/activation/activation.ts';
import { type ActivationName, activationNames } from '../../src/wgsl/activation/epilogue.ts';
import { dropout } from '../../src/wgsl/dropout/dropout.ts';
import { flattenReference } from '../../src/wgsl/flatten/flatten.ref.ts';
import { logSoftmaxReference, softmaxReference } from '../../src/wgsl/softmax/softmax.ref.ts';
import { logSoftmax, softmax } from '../../src/wgsl/softmax/softmax.ts';
import { stochasticDepth } from '../../src/wgsl/stochastic_depth/stochastic_depth.ts';
import { checkEmbedded, checkOperator, checkReference } from '../support/check.ts';
import { apply, filled, runValue, type TestTensor } from '../support/operators.ts';
import { oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

// No model uses them; identity is no operator.
const LATER = ['gelu-tanh', 'elu', 'softplus', 'mish', 'prelu', 'identity'];

const byName = new Map(Object.values(activations).map((operator) => [operator.name, operator]));
const operatorOf = (name: ActivationName) => byName.get(name)!;

describe('activations as torch does them', async () => {
  const oracle = await oracleCases('act');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));

  it.each(oracle?.filter(({ op }) => !LATER.includes(op)) ?? [])('$name', async (test) => {
    const x = oracleInput(test, 'x');
    // A case's one dimension is [1, n] here.
    const expected = { ...test.out.y!, shape: x.shape };
    if (test.op === 'dropout') {
      checkReference({ ...flattenReference(x), shape: x.shape }, expected);
      return checkOperator(dropout, { x }, { p: test.attrs.p as number }, { ...flattenReference(x), shape: x.shape });
    }
    if (test.op === 'softmax' || test.op === 'log_softmax') {
      const reference = test.op === 'softmax' ? softmaxReference(x) : logSoftmaxReference(x);
      checkReference(reference, expected);
      return checkOperator(test.op === 'softmax' ? softmax : logSoftmax, { x }, {}, reference);
    }
    const [name, slope] = test.op.split('-') as [ActivationName, string | undefined];
    const reference = activationReference(name, x, slope === undefined ? null : Number(slope));
    // torch's own gelu takes 1 + erf, which cancels far below zero: off by a float64 rounding of x.
    const rounding = reference.granted.map(
      (error, i) => error + (name === 'gelu' ? 2 ** -53 * Math.abs(x.data[i]!) : 0),
    );
    checkReference({ ...reference, granted: rounding }, expected);
    return checkOperator(operatorOf(name), { x }, slope === undefined ? {} : { slope: Number(slope) }, reference);
  });
});

describe('activation', () => {
  it('has an operator for every name', () => {
    expect([...byName.keys()].sort()).toEqual([...activationNames].sort());
  });

  it.each(activationNames)('%s near its bends, far out and of odd shapes', async (name) => {
    const bends = [
      0,
      -0,
      3,
      -3,
      6,
      6.5,
      0.24,
      -0.26,
      1e-6,
      -1e-6,
      Math.SQRT2,
      -Math.SQRT2,
      14,
      -14,
      20,
      -20,
      87,
      -87,
      90,
      -90,
      3e4,
      -3e4,
    ];
    const x: TestTensor = { shape: [1, bends.length], data: Float32Array.from(bends) };
    await checkOperator(operatorOf(name), { x }, {}, activationReference(name, x));
    const odd = filled(`act/${name}`, [3, 5, 3, 1], 4);
    await checkOperator(operatorOf(name), { x: odd }, {}, activationReference(name, odd));
  });

  it('passes NaN and infinities on where torch does', async () => {
    const x: TestTensor = { shape: [1, 3], data: Float32Array.of(Number.NaN, Infinity, -Infinity) };
    const { y } = await runValue(apply(activations.relu6, { x }, {}), { x });
    expect([...y]).toEqual([Number.NaN, 6, 0]);
  });

  it('of gelu ends in lines', async () => {
    const x: TestTensor = { shape: [1, 4], data: Float32Array.of(Number.NaN, Infinity, -Infinity, -3e38) };
    const { y } = await runValue(apply(activations.gelu, { x }, {}), { x });
    expect([...y].map((v) => v + 0)).toEqual([Number.NaN, Infinity, 0, 0]);
  });

  it('reads and writes slices of other images', async () => {
    await checkEmbedded(activations.hardswish, {}, (x) => activationReference('hardswish', x));
  });
});

describe.each([
  { operator: softmax, referenceOf: softmaxReference },
  { operator: logSoftmax, referenceOf: logSoftmaxReference },
])('$operator.name', ({ operator, referenceOf }) => {
  it.each([[[1, 1]], [[3, 5]], [[2, 1000]], [[3, 21, 2, 3]], [[1, 260, 1, 2]]])('of %s', async (shape) => {
    const x = filled(`softmax/${shape.join('x')}`, shape, 8);
    await checkOperator(operator, { x }, {}, referenceOf(x));
  });

  it('neither overflows nor loses the largest', async () => {
    const x: TestTensor = { shape: [2, 3], data: Float32Array.of(1e38, -1e38, 0, -1e4, -1e4, -1e4 - 1) };
    await checkOperator(operator, { x }, {}, referenceOf(x));
  });

  it('reads and writes slices of other images', async () => {
    await checkEmbedded(operator, {}, referenceOf);
  });

  it('takes [n, C] and [n, C, H, W]', () => {
    expect(() => apply(operator, { x: filled('x', [1, 2, 3]) }, {})).toThrow('x must have 4 dimensions');
  });
});

it('stochastic_depth is the identity at inference', async () => {
  const x = filled('stochastic_depth', [3, 5, 3, 2]);
  await checkOperator(stochasticDepth, { x }, { p: 0.5 }, { ...flattenReference(x), shape: x.shape });
  expect(() => apply(stochasticDepth, { x }, { p: 1 })).toThrow('attribute p must be < 1 and is 1');
});
