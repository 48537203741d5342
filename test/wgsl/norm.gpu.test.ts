// Batch norm with running statistics, layer norm and local response norm against their references and torch.

import { describe, expect, it } from 'vitest';
import { relu } from '../../src/wgsl/activation/activation.ts';
import { type BatchNormTensors, batchNormReference } from '../../src/wgsl/batch_norm/batch_norm.ref.ts';
import { batchNorm } from '../../src/wgsl/batch_norm/batch_norm.ts';
import { layerNormReference } from '../../src/wgsl/layer_norm/layer_norm.ref.ts';
import { layerNorm } from '../../src/wgsl/layer_norm/layer_norm.ts';
import type { LocalResponseNormAttributes } from '../../src/wgsl/lrn/attributes.ts';
import { localResponseNormReference } from '../../src/wgsl/lrn/local_response_norm.ref.ts';
import { localResponseNorm } from '../../src/wgsl/lrn/local_response_norm.ts';
import { checkEmbedded, checkOperator, checkReference, checkValue } from '../support/check.ts';
import { apply, filled, type TestTensor } from '../support/operators.ts';
import { oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

function statistics(key: string, channels: number): Record<string, TestTensor> {
  return {
    weight: filled(`${key}/weight`, [channels], 0.5, 1, true),
    bias: filled(`${key}/bias`, [channels], 0.5, 0, true),
    running_mean: filled(`${key}/running_mean`, [channels], 0.5, 0, true),
    running_var: filled(`${key}/running_var`, [channels], 0.5, 1, true),
  };
}

describe('norms as torch does them', async () => {
  const oracle = await oracleCases('norm');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));
  // Statistics of the batch arrive with training.
  const ours = oracle?.filter(({ attrs }) => attrs.training !== true) ?? [];

  it.each(ours)('$name', async (test) => {
    const x = oracleInput(test, 'x');
    if (test.op === 'local_response_norm') {
      const { size, alpha, beta, k } = test.attrs as unknown as LocalResponseNormAttributes;
      const attributes = { size, alpha, beta, k };
      const reference = localResponseNormReference(x, attributes);
      checkReference(reference, test.out.y!);
      return checkOperator(localResponseNorm, { x }, attributes, reference);
    }
    if (test.op === 'layer_norm_channels') {
      const tensors = { x, weight: oracleInput(test, 'weight', true), bias: oracleInput(test, 'bias', true) };
      const attributes = { eps: Number(test.attrs.eps) };
      const reference = layerNormReference(tensors, attributes);
      checkReference(reference, test.out.y!);
      return checkOperator(layerNorm, tensors, attributes, reference);
    }
    expect(test.op).toBe('batch_norm');
    const tensors = {
      x,
      weight: oracleInput(test, 'weight', true),
      bias: oracleInput(test, 'bias', true),
      running_mean: oracleInput(test, 'runningMean', true),
      running_var: oracleInput(test, 'runningVar', true),
    };
    const attributes = { eps: Number(test.attrs.eps) };
    const reference = batchNormReference(tensors, attributes);
    checkReference(reference, test.out.y!);
    return checkOperator(batchNorm, tensors, attributes, reference);
  });
});

describe('batch_norm', () => {
  it.each([[[1, 1, 1, 1]], [[3, 5]], [[3, 12, 5, 3]], [[1, 20, 2, 2]]])('of %s', async (shape) => {
    const key = `bn/${shape.join('x')}`;
    const tensors = { x: filled(key, shape, 2), ...statistics(key, shape[1]!) };
    await checkOperator(batchNorm, tensors, {}, batchNormReference(tensors as never, { eps: 1e-5 }));
  });

  it('takes an activation into itself', async () => {
    const tensors = { x: filled('bn/relu', [2, 6, 3, 3], 2), ...statistics('bn/relu', 6) };
    const reference = batchNormReference(tensors as never, { eps: 1e-5 });
    const value = relu.of({ x: apply(batchNorm, tensors, {}) }, {}, 'relu');
    const y = reference.y.map((v) => Math.max(0, v));
    await checkValue(value, tensors, { ...reference, y });
  });

  it('reads and writes slices of other images', async () => {
    const others = statistics('bn/embedded', 8);
    const attributes = { eps: 1e-3 };
    const referenceOf = (x: TestTensor) =>
      batchNormReference({ x, ...others } as unknown as BatchNormTensors, attributes);
    await checkEmbedded(batchNorm, attributes, referenceOf, { others });
  });

  it('refuses statistics of another width', () => {
    const tensors = { x: filled('x', [1, 4, 2, 2]), ...statistics('bn', 3) };
    expect(() => apply(batchNorm, tensors, {})).toThrow('batch_norm(batch_norm): weight must be [4] and is [3]');
  });
});

describe('layer_norm', () => {
  const own = (key: string, channels: number) => ({
    weight: filled(`${key}/weight`, [channels], 0.5, 1, true),
    bias: filled(`${key}/bias`, [channels], 0.5, 0, true),
  });

  it.each([[[1, 1, 1, 1]], [[3, 5]], [[3, 13, 5, 3]], [[2, 96, 3, 2]], [[1, 260, 1, 2]]])('of %s', async (shape) => {
    const key = `ln/${shape.join('x')}`;
    const tensors = { x: filled(key, shape, 2, 0.3), ...own(key, shape[1]!) };
    await checkOperator(layerNorm, tensors, { eps: 1e-6 }, layerNormReference(tensors, { eps: 1e-6 }));
  });

  it('keeps its digits where the mean is far larger than the deviation', async () => {
    const tensors = { x: filled('ln/far', [1, 24, 2, 2], 1, 1000), ...own('ln/far', 24) };
    await checkOperator(layerNorm, tensors, {}, layerNormReference(tensors, { eps: 1e-5 }));
  });

  it('reads and writes slices of other images', async () => {
    const others = own('ln/embedded', 8);
    const referenceOf = (x: TestTensor) => layerNormReference({ x, ...others }, { eps: 1e-5 });
    await checkEmbedded(layerNorm, {}, referenceOf, { others });
  });

  it('refuses parameters of another width', () => {
    const tensors = { x: filled('x', [1, 4, 2, 2]), ...own('ln', 3) };
    expect(() => apply(layerNorm, tensors, {})).toThrow('layer_norm(layer_norm): weight must be [4] and is [3]');
  });
});

describe('local_response_norm', () => {
  const alexnet = { size: 5, alpha: 1e-4, beta: 0.75, k: 2 };
  it.each([
    [[1, 1, 1, 1], { ...alexnet, size: 1 }, 1],
    [[3, 5, 3, 2], { ...alexnet, alpha: 1 }, 3],
    [[1, 20, 2, 2], { ...alexnet, beta: 0.5, size: 6 }, 1000],
  ] as const)('of %s with %o', async (shape, attributes, scale) => {
    const x = filled(`lrn/${shape.join('x')}`, shape, scale);
    await checkOperator(localResponseNorm, { x }, attributes, localResponseNormReference(x, attributes));
  });

  it('reads and writes slices of other images', async () => {
    const attributes = { ...alexnet, alpha: 1 };
    await checkEmbedded(localResponseNorm, attributes, (x) => localResponseNormReference(x, attributes));
  });
});
