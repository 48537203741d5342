// What activation functions pass back, against references and torch.

import { describe, expect, it } from 'vitest';
import * as activations from '../../src/wgsl/activation/activation.ts';
import { activationGradientReference } from '../../src/wgsl/activation/activation_gradient.ref.ts';
import {
  activationGradient,
  type Differentiable,
  differentiable,
} from '../../src/wgsl/activation/activation_gradient.ts';
import { preluGradientReference } from '../../src/wgsl/activation/prelu.ref.ts';
import { prelu } from '../../src/wgsl/activation/prelu.ts';
import { preluGradient } from '../../src/wgsl/activation/prelu_gradient.ts';
import * as rareActivations from '../../src/wgsl/activation/rare_activations.ts';
import { channelSumReference } from '../../src/wgsl/reduce/channel_sum.ref.ts';
import type { Reference, Tensor } from '../../src/wgsl/shared/reference.ref.ts';
import { checkEmbedded, checkOperator } from '../support/check.ts';
import { checkOracleGradients, evaluate, ruleOf, upstream } from '../support/gradient.ts';
import { type AnyOperator, apply, boundOf, filled, runValue, type TestTensor } from '../support/operators.ts';
import { oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

const byName = new Map<string, AnyOperator>(
  [...Object.values(activations), ...Object.values(rareActivations)].map((operator) => [operator.name, operator]),
);

/** How a gradient that is made from a rounded result y changes with it, as a share of |dy|. */
const sensitivity: Readonly<Record<string, (y: number) => number>> = {
  sigmoid: (y) => Math.abs(1 - 2 * y),
  tanh: (y) => 2 * Math.abs(y),
  elu: (y) => (y > 0 ? 0 : 1),
  leaky_relu: () => 0,
  hardsigmoid: () => 0,
};

/** The gradient's reference with what the result's error adds, for the activations that read their result. */
function throughResult(name: string, y: Reference, dy: TestTensor, gradient: Reference): Reference {
  const of = sensitivity[name]!;
  const granted = boundOf(y).map((error, i) => gradient.granted[i]! + error * of(y.y[i]!) * Math.abs(dy.data[i]!));
  return { ...gradient, granted };
}

describe("activations' gradients as torch has them", async () => {
  const oracle = (await oracleCases('act'))?.filter(({ op }) => byName.has(nameOf(op)));
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));

  it.each(oracle ?? [])('$name', async (test) => {
    const name = nameOf(test.op);
    const x = oracleInput(test, 'x');
    const slope = test.op.split('-')[1];
    const value = apply(byName.get(name)!, { x }, slope && name === 'leaky_relu' ? { slope: Number(slope) } : {});
    const y = evaluate(value, { x });
    const dy = upstream(`${test.name}/dy`, value, x.shape);
    const gradient = evaluate(ruleOf(value).x!, { x, dy });
    const references = sensitivity[name] ? { x: throughResult(name, y, dy, gradient) } : undefined;
    // torch's gelu takes 1 + erf, or 1 + tanh and 1 - tanh tanh: off by roundings of the ones and what these are multiplied with.
    const rounding = dy.data.map((d, i) => 2 ** -53 * Math.abs(d) * (1 + Math.abs(x.data[i]!) ** 3));
    await checkOracleGradients(
      test,
      value,
      { x },
      {
        ...(references && { references }),
        ...(name.startsWith('gelu') && { rounding: { x: rounding } }),
      },
    );
  });

  it.each((await oracleCases('act'))?.filter(({ op }) => op === 'prelu') ?? [])('$name', async (test) => {
    const tensors = { x: oracleInput(test, 'x'), weight: oracleInput(test, 'weight', true) };
    const value = apply(prelu, tensors, {});
    const dy = upstream(`${test.name}/dy`, value, tensors.x.shape);
    const weight = summedProducts(preluGradientReference(tensors.x, tensors.weight, dy, { of: 'weight' }));
    await checkOracleGradients(test, value, tensors, { references: { weight } });
  });
});

/** The sum of each channel of products that are rounded before. */
function summedProducts(products: Reference): Reference {
  const sums = channelSumReference({ shape: products.shape, data: products.y });
  const errors = channelSumReference({ shape: products.shape, data: boundOf(products) });
  return { ...sums, granted: errors.y };
}

function nameOf(op: string): string {
  return op === 'gelu-tanh' ? 'gelu_tanh' : op.split('-')[0]!;
}

describe('activation_gradient', () => {
  const bends = [
    0,
    -0,
    3,
    -3,
    6,
    6.5,
    1,
    0.24,
    -0.26,
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
  // What these read are results, which have ends.
  const ends: Partial<Record<Differentiable, (v: number) => number>> = {
    sigmoid: (v) => 1 / (1 + Math.exp(-v)),
    tanh: Math.tanh,
    hardsigmoid: (v) => Math.min(1, Math.max(0, v / 6 + 0.5)),
    elu: (v) => (v > 0 ? v : Math.expm1(v)),
  };

  it.each(differentiable)('of %s near its bends, far out and of odd shapes', async (of) => {
    const attributes = { of, slope: of === 'leaky_relu' ? 0.2 : 1 };
    const within = (data: ArrayLike<number>) => Float32Array.from(data, ends[of] ?? ((v) => v));
    const check = (v: TestTensor) => {
      const dy = filled(`dy/${of}`, v.shape);
      return checkOperator(activationGradient, { v, dy }, attributes, activationGradientReference(v, dy, attributes));
    };
    await check({ shape: [1, bends.length], data: within(bends) });
    const odd = filled(`v/${of}`, [3, 5, 3, 1], 4);
    await check({ ...odd, data: within(odd.data) });
  });

  // torch 1.13's own choices, of which the first is what a sub-gradient need not be.
  it.each([
    { name: 'hardswish', at: [-3, 3], slopes: [-0.5, 1.5] },
    { name: 'hardsigmoid', at: [-3, 3], slopes: [0, 0] },
    { name: 'relu6', at: [0, 6], slopes: [0, 0] },
    { name: 'relu', at: [0, -0], slopes: [0, 0] },
    { name: 'leaky_relu', at: [0, -0], slopes: [Math.fround(0.01), Math.fround(0.01)] },
    { name: 'elu', at: [0, -0], slopes: [1, 1] },
  ])('of $name at $at is $slopes', async ({ name, at, slopes }) => {
    const x: TestTensor = { shape: [1, 2], data: Float32Array.from(at) };
    const dy: TestTensor = { shape: [1, 2], data: Float32Array.of(1, 1) };
    const gradient = ruleOf(apply(byName.get(name)!, { x }, {})).x!;
    expect([...(await runValue(gradient, { x, dy })).y]).toEqual(slopes);
  });

  it('is 0 or 1 where activations end in lines', async () => {
    const x: TestTensor = { shape: [1, 2], data: Float32Array.of(3e38, -3e38) };
    const dy: TestTensor = { shape: [1, 2], data: Float32Array.of(1, 1) };
    for (const name of ['silu', 'gelu', 'mish', 'gelu_tanh', 'softplus', 'hardswish']) {
      const gradient = ruleOf(apply(byName.get(name)!, { x }, {})).x!;
      const { y } = await runValue(gradient, { x, dy });
      expect(
        [...y].map((v) => v + 0),
        name,
      ).toEqual([1, 0]);
    }
  });

  it('stops whatever comes where nothing went through', async () => {
    const x: TestTensor = { shape: [1, 3], data: Float32Array.of(-1, 0, 2) };
    const dy: TestTensor = { shape: [1, 3], data: Float32Array.of(Infinity, Number.NaN, Infinity) };
    const { y } = await runValue(ruleOf(apply(activations.relu, { x }, {})).x!, { x, dy });
    expect([...y]).toEqual([0, 0, Infinity]);
  });

  it('reads and writes slices of other images', async () => {
    const dy = filled('gradient/embedded', [2, 8, 6, 5]);
    for (const of of ['relu', 'silu'] as const) {
      const attributes = { of, slope: 0 };
      const referenceOf = (v: Tensor) => activationGradientReference(v, dy, attributes);
      await checkEmbedded(activationGradient, attributes, referenceOf, { input: 'v', others: { dy } });
      const ofUpstream = (d: Tensor) => activationGradientReference(dy, d, attributes);
      await checkEmbedded(activationGradient, attributes, ofUpstream, { input: 'dy', others: { v: dy } });
    }
  });

  it('refuses shapes that differ', () => {
    const attempt = () =>
      apply(activationGradient, { v: filled('v', [1, 3]), dy: filled('dy', [1, 4]) }, { of: 'relu' });
    expect(attempt).toThrow('[n,3] and [n,4] differ');
  });
});

describe('prelu_gradient', () => {
  it.each(['x', 'weight'] as const)('of %s', async (of) => {
    for (const slopes of [1, 5]) {
      const weight = filled(`prelu/${slopes}`, [slopes], 1, 0, true);
      const tensors = { x: filled('prelu/x', [3, 5, 3, 2]), weight, dy: filled('prelu/dy', [3, 5, 3, 2]) };
      const reference = preluGradientReference(tensors.x, weight, tensors.dy, { of });
      await checkOperator(preluGradient, tensors, { of }, reference);
    }
    const dy = filled('gradient/embedded', [2, 8, 6, 5]);
    const weight = filled('prelu/embedded', [8], 1, 0, true);
    const referenceOf = (x: Tensor) => preluGradientReference(x, weight, dy, { of });
    await checkEmbedded(preluGradient, { of }, referenceOf, { others: { weight, dy } });
  });
});
