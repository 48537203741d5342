// Dropout and stochastic depth while training: masks that follow from counters alone, and their gradients.

import { describe, expect, it } from 'vitest';
import { dropoutTrainReference, stochasticDepthTrainReference } from '../../src/wgsl/dropout/dropout_train.ref.ts';
import { dropoutTrain } from '../../src/wgsl/dropout/dropout_train.ts';
import { stochasticDepthTrain } from '../../src/wgsl/stochastic_depth/stochastic_depth_train.ts';
import { checkEmbedded, checkOperator } from '../support/check.ts';
import { checkGradientKernels, checkGradientRule, upstream } from '../support/gradient.ts';
import { apply, filled, runValue, type TestTensor } from '../support/operators.ts';

/** The words of a step, as a trainer gives them. */
function randomWords(seed: number, low = 0, high = 0): TestTensor {
  return { shape: [4], data: new Float32Array(Uint32Array.of(seed, low, high, 0).buffer), rows: true };
}

const ones = (shape: readonly number[]): TestTensor => filled('ones', shape, 0, 1);

describe.each([
  { operator: dropoutTrain, referenceOf: dropoutTrainReference },
  { operator: stochasticDepthTrain, referenceOf: stochasticDepthTrainReference },
])('$operator.name', ({ operator, referenceOf }) => {
  // The words may be any: some of these are NaN as floats.
  it.each([
    { shape: [1, 1, 1, 1], seed: 0, step: [0, 0], key: 0 },
    { shape: [3, 5, 3, 2], seed: 7, step: [1, 0], key: 2 },
    { shape: [9, 12, 2, 3], seed: 0xffffffff, step: [0x7f800001, 0xff812345], key: 0xffffffff },
    { shape: [2, 21, 4, 5], seed: 0x7fc00001, step: [2 ** 31, 1], key: 31 },
  ])('of $shape is what the CPU draws', async ({ shape, seed, step: [low, high], key }) => {
    const tensors = { x: filled(`drop/${shape.join('x')}`, shape), random: randomWords(seed, low, high) };
    for (const p of [0, 0.25, 0.5, 0.9]) {
      const attributes = { p, key };
      await checkOperator(operator, tensors, attributes, referenceOf(tensors.x, tensors.random, attributes));
    }
  });

  it('reads and writes slices of other images', async () => {
    const random = randomWords(5);
    const attributes = { p: 0.5, key: 3 };
    await checkEmbedded(operator, attributes, (x) => referenceOf(x, random, attributes), { others: { random } });
  });

  it('has the mask itself as its gradient', async () => {
    const tensors = { x: filled('drop/gradient', [6, 6, 2, 3]), random: randomWords(11, 4) };
    const value = apply(operator, tensors, { p: 0.4, key: 1 });
    const wanted = ['x'];
    checkGradientRule(value, tensors, { wanted });
    await checkGradientKernels(value, tensors, upstream('drop/dy', value, tensors.x.shape), { wanted });
  });

  it('draws anew in another step, layer and run, and the same for an image in a batch of another size', async () => {
    const x = ones([8, 8, 4, 4]);
    const draw = async (tensors: { x: TestTensor; random: TestTensor }, key: number) =>
      (await runValue(apply(operator, tensors, { p: 0.5, key }), tensors)).y;
    const random = randomWords(1, 2, 3);
    const first = await draw({ x, random }, 4);
    expect(await draw({ x, random }, 4)).toEqual(first);
    for (const other of [randomWords(2, 2, 3), randomWords(1, 3, 3), randomWords(1, 2, 4)])
      expect(await draw({ x, random: other }, 4)).not.toEqual(first);
    expect(await draw({ x, random }, 5)).not.toEqual(first);
    expect(await draw({ x: ones([3, 8, 4, 4]), random }, 4)).toEqual(first.subarray(0, 3 * 8 * 16));
  });

  it.each([0.1, 0.5, 0.8])('drops a share of %f', async (p) => {
    // Decisions: one for each element, or for each image.
    const shape = operator === dropoutTrain ? [4, 16, 32, 32] : [4096, 1, 1, 1];
    const tensors = { x: ones(shape), random: randomWords(123) };
    const { y } = await runValue(apply(operator, tensors, { p, key: 0 }), tensors);
    const dropped = y.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
    // Five standard deviations of a binomial distribution.
    expect(Math.abs(dropped / y.length - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / y.length));
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / (1 - p))]));
  });

  it('refuses a chance of one and words that are not four', () => {
    const x = filled('x', [1, 4, 2, 2]);
    const attempt = (p: number, random: TestTensor) => () => apply(operator, { x, random }, { p, key: 0 });
    expect(attempt(1, randomWords(0))).toThrow('attribute p must be < 1 and is 1');
    expect(attempt(0.5, { ...ones([2]), rows: true })).toThrow('random must be [4] and is [2]');
  });
});
