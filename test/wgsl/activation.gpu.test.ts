// Activation functions, softmax and its logarithm, and dropout against their references and torch.

import { describe, expect, it } from 'vitest';
import { activationReference } from '../../src/wgsl/activation/activation.ref.ts';
import * as activations from '../../src/wgsl/activation/activation.ts';
import { type ActivationName, activationNames } from '../../src/wgsl/activation/epilogue.ts';
import { preluReference } from '../../src/wgsl/activation/prelu.ref.ts';
import { prelu } from '../../src/wgsl/activation/prelu.ts';
import { type RareActivation, rareActivationReference } from '../../src/wgsl/activation/rare_activations.ref.ts';
import { elu, geluTanh, mish, softplus } from '../../src/wgsl/activation/rare_activations.ts';
import { dropout } from '../../src/wgsl/dropout/dropout.ts';
import { flattenReference } from '../../src/wgsl/flatten/flatten.ref.ts';
import type { Reference } from '../../src/wgsl/shared/reference.ref.ts';
import { logSoftmaxReference, softmaxReference } from '../../src/wgsl/softmax/softmax.ref.ts';
import { logSoftmax, softmax } from '../../src/wgsl/softmax/softmax.ts';
import { stochasticDepth } from '../../src/wgsl/stochastic_depth/stochastic_depth.ts';
import { checkEmbedded, checkOperator, checkReference } from '../support/check.ts';
import { type AnyOperator, apply, filled, runValue, type TestTensor } from '../support/operators.ts';
import { oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

/** Activations that are operators of their own, by the oracle's names. */
const rare: Readonly<Record<string, { operator: AnyOperator; name: RareActivation }>> = {
  elu: { operator: elu, name: 'elu' },
  softplus: { operator: softplus, name: 'softplus' },
  mish: { operator: mish, name: 'mish' },
  'gelu-tanh': { operator: geluTanh, name: 'gelu_tanh' },
};

const byName = new Map(Object.values(activations).map((operator) => [operator.name, operator]));
const operatorOf = (name: ActivationName) => byName.get(name)!;

/** torch's own gelu takes 1 + erf or 1 + tanh, which cancels far below zero: off by a float64 rounding of x. */
function cancelling(reference: Reference, x: TestTensor, op: string): Reference {
  const rounding = op.startsWith('gelu') ? 2 ** -53 : 0;
  return { ...reference, granted: reference.granted.map((error, i) => error + rounding * Math.abs(x.data[i]!)) };
}

describe('activations as torch does them', async () => {
  const oracle = await oracleCases('act');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));

  // Identity is no operator.
  it.each(oracle?.filter(({ op }) => op !== 'identity') ?? [])('$name', async (test) => {
    const x = oracleInput(test, 'x');
    // A case's one dimension is [1, n] here.
    const expected = { ...test.out.y!, shape: x.shape };
    const own = rare[test.op];
    if (own) {
      const reference = rareActivationReference(own.name, x);
      checkReference(cancelling(reference, x, test.op), expected);
      return checkOperator(own.operator, { x }, {}, reference);
    }
    if (test.op === 'prelu') {
      const weight = oracleInput(test, 'weight', true);
      checkReference(preluReference(x, weight), expected);
      return checkOperator(prelu, { x, weight }, {}, preluReference(x, weight));
    }
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
    checkReference(cancelling(reference, x, name), expected);
    return checkOperator(operatorOf(name), { x }, slope === undefined ? {} : { slope: Number(slope) }, reference);
  });
});

// Where activations bend, change their way of computing, flush to zero or overflow.
const bends = [
  0,
  -0,
  3,
  -3,
  6,
  6.5,
  0.24,
  -0.26,
  0.49,
  -0.49,
  -0.51,
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
  105,
  -105,
  3e4,
  -3e4,
];

describe('activation', () => {
  it('has an operator for every name', () => {
    expect([...byName.keys()].sort()).toEqual([...activationNames].sort());
  });

  it.each(activationNames)('%s near its bends, far out and of odd shapes', async (name) => {
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

describe('rare activations', () => {
  it.each(Object.values(rare))('$name near its bends, far out and of odd shapes', async ({ operator, name }) => {
    const x: TestTensor = { shape: [1, bends.length], data: Float32Array.from(bends) };
    await checkOperator(operator, { x }, {}, rareActivationReference(name, x));
    const odd = filled(`act/${name}`, [3, 5, 3, 1], 4);
    await checkOperator(operator, { x: odd }, {}, rareActivationReference(name, odd));
  });

  it('elu ends at minus alpha', async () => {
    const x = filled('elu/alpha', [2, 5, 2, 2], 9);
    await checkOperator(elu, { x }, { alpha: 0.3 }, rareActivationReference('elu', x, 0.3));
    expect(() => apply(elu, { x }, { alpha: -1 })).toThrow('attribute alpha must be >= 0 and is -1');
  });

  it.each([
    { shape: [3, 5, 3, 2], slopes: 5 },
    { shape: [2, 12, 1, 2], slopes: 1 },
    { shape: [4, 7], slopes: 7 },
  ])('prelu of $shape with $slopes slopes', async ({ shape, slopes }) => {
    const x = filled(`prelu/${shape}`, shape, 2);
    const weight = filled(`prelu/w/${slopes}`, [slopes], 1, 0, true);
    await checkOperator(prelu, { x, weight }, {}, preluReference(x, weight));
    expect(() => apply(prelu, { x, weight: { ...weight, shape: [3] } }, {})).toThrow('weight must be [1] or');
  });

  it('read and write slices of other images', async () => {
    await checkEmbedded(mish, {}, (x) => rareActivationReference('mish', x));
    const weight = filled('prelu/embedded', [8], 0.25, 0, true);
    await checkEmbedded(prelu, {}, (x) => preluReference(x, weight), { others: { weight } });
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
