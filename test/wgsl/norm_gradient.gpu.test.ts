// The gradients of layer norm and local response norm against central differences, their references and torch.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerNorm } from '../../src/wgsl/layer_norm/layer_norm.ts';
import {
  layerNormChain,
  layerNormGradientReference,
  layerNormMomentsReference,
  layerNormSumsReference,
} from '../../src/wgsl/layer_norm/layer_norm_gradient.ref.ts';
import { layerNormGradient } from '../../src/wgsl/layer_norm/layer_norm_gradient.ts';
import { layerNormMoments } from '../../src/wgsl/layer_norm/layer_norm_moments.ts';
import { layerNormSums } from '../../src/wgsl/layer_norm/layer_norm_sums.ts';
import type { LocalResponseNormAttributes } from '../../src/wgsl/lrn/attributes.ts';
import { localResponseNorm } from '../../src/wgsl/lrn/local_response_norm.ts';
import { localResponseNormGradientReference } from '../../src/wgsl/lrn/local_response_norm_gradient.ref.ts';
import { localResponseNormGradient } from '../../src/wgsl/lrn/local_response_norm_gradient.ts';
import { rowOf } from '../../src/wgsl/reduce/row.ref.ts';
import { checkEmbedded, checkOperator } from '../support/check.ts';
import { checkEmbeddedRows } from '../support/embedded_rows.ts';
import { checkGradientRule, checkOracleGradients } from '../support/gradient.ts';
import { apply, filled, type TestTensor } from '../support/operators.ts';
import { oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

const size = (max: number) => fc.integer({ min: 1, max });

describe('layer_norm', () => {
  const tensorsOf = (key: string, shape: readonly number[]) => ({
    x: filled(`${key}/x`, shape, 2, 0.3),
    dy: filled(`${key}/dy`, shape),
    // A mean, and one over a root: positive.
    moments: filled(`${key}/moments`, shape.with(1, 2), 0.3, 0.8),
    weight: filled(`${key}/weight`, [shape[1]!], 0.5, 1, true),
    bias: filled(`${key}/bias`, [shape[1]!], 0.5, 0, true),
  });

  it('is differentiated as central differences say', () => {
    const shape = fc.oneof(fc.tuple(size(3), size(6)), fc.tuple(size(2), size(5), size(3), size(3)));
    fc.assert(
      fc.property(shape, fc.nat(), (dims, seed) => {
        const { x, weight, bias } = tensorsOf(`ln/rule/${seed}`, dims);
        const tensors = { x, weight, bias };
        checkGradientRule(apply(layerNorm, tensors, { eps: 0.1 }), tensors);
      }),
      { numRuns: 30 },
    );
  });

  it.each([[[1, 1, 1, 1]], [[3, 5]], [[70, 130]], [[3, 13, 5, 3]], [[2, 96, 9, 7]], [[1, 260, 1, 2]]] as const)(
    'has gradient kernels that serve %s',
    async (shape) => {
      const { x, dy, moments, weight } = tensorsOf(`ln/${shape.join('x')}`, shape);
      await checkOperator(layerNormMoments, { x }, { eps: 1e-6 }, layerNormMomentsReference(x, { eps: 1e-6 }));
      const own = { x, dy, moments, weight };
      await checkOperator(layerNormGradient, own, {}, layerNormGradientReference(own));
      const summed = { x, dy, moments };
      await checkOperator(layerNormSums, summed, {}, layerNormSumsReference(summed));
    },
  );

  it('has gradient kernels that read and write slices of other images', async () => {
    const { x, dy, moments, weight } = tensorsOf('ln/embedded', [2, 8, 6, 5]);
    const others = { x, dy, moments, weight };
    await checkEmbedded(layerNormMoments, { eps: 1e-5 }, (given) => layerNormMomentsReference(given, { eps: 1e-5 }));
    for (const input of ['x', 'dy'] as const) {
      const { [input]: _, ...rest } = others;
      const of = (given: TestTensor) => layerNormGradientReference({ ...others, [input]: given });
      await checkEmbedded(layerNormGradient, {}, of, { input, others: rest });
    }
    const positive = (key: string, channels: number) => filled(`ln/embedded/${key}`, [2, channels, 6, 5], 1, 1.5);
    const tensors = { x: positive('x', 8), dy: positive('dy', 8), moments: positive('moments', 2) };
    await checkEmbeddedRows(layerNormSums, tensors, {}, layerNormSumsReference(tensors));
  });
});

describe('local_response_norm', () => {
  const alexnet = { size: 5, alpha: 1e-4, beta: 0.75, k: 2 };

  it('is differentiated as central differences say', () => {
    const attributes = fc.record({
      size: size(6),
      alpha: fc.constantFrom(0.5, 2),
      beta: fc.constantFrom(0, 0.5, 0.75, 1.5),
      k: fc.constantFrom(1, 2),
    });
    fc.assert(
      fc.property(fc.tuple(size(2), size(7), size(2), size(2)), attributes, (shape, given) => {
        const x = filled('lrn/rule', shape, 2);
        checkGradientRule(apply(localResponseNorm, { x }, given), { x });
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    [[1, 1, 1, 1], { ...alexnet, size: 1 }, 1],
    [[3, 5, 3, 2], { ...alexnet, alpha: 1 }, 3],
    [[2, 13, 3, 3], { ...alexnet, alpha: 1, size: 4 }, 2],
    [[1, 20, 2, 2], { ...alexnet, beta: 0.5, size: 6 }, 1000],
    [[1, 3, 2, 9], { ...alexnet, size: 9, alpha: 3 }, 1],
  ] as const)('has a gradient kernel that serves %s with %o', async (shape, attributes, scale) => {
    const tensors = { x: filled(`lrn/${shape.join('x')}`, shape, scale), dy: filled('lrn/dy', shape) };
    const reference = localResponseNormGradientReference(tensors, attributes);
    await checkOperator(localResponseNormGradient, tensors, attributes, reference);
  });

  it.each(['x', 'dy'] as const)(
    'has a gradient kernel that reads and writes slices of other images as %s',
    async (input) => {
      const attributes = { ...alexnet, alpha: 1 };
      const key = input === 'x' ? 'dy' : 'x';
      const other = filled('lrn/other', [2, 8, 6, 5]);
      const of = (given: TestTensor) =>
        localResponseNormGradientReference({ x: other, dy: other, [input]: given }, attributes);
      await checkEmbedded(localResponseNormGradient, attributes, of, { input, others: { [key]: other } });
    },
  );

  it('refuses a gradient of another shape', () => {
    const tensors = { x: filled('x', [1, 3, 4, 4]), dy: filled('dy', [1, 3, 4, 5]) };
    expect(() => apply(localResponseNormGradient, tensors, alexnet)).toThrow(
      'local_response_norm_gradient(local_response_norm_gradient): dy must be [n,3,4,4] and is [n,3,4,5]',
    );
  });
});

describe('norms are differentiated as torch does', async () => {
  const oracle = await oracleCases('norm');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));
  // batch_norm_gradient.gpu.test.ts has the others.
  const ours = oracle?.filter(({ op }) => op !== 'batch_norm') ?? [];

  it.each(ours)('$name', async (test) => {
    const x = oracleInput(test, 'x');
    if (test.op === 'local_response_norm') {
      const { size, alpha, beta, k } = test.attrs as unknown as LocalResponseNormAttributes;
      return checkOracleGradients(test, apply(localResponseNorm, { x }, { size, alpha, beta, k }), { x });
    }
    expect(test.op).toBe('layer_norm_channels');
    const tensors = { x, weight: oracleInput(test, 'weight', true), bias: oracleInput(test, 'bias', true) };
    const attributes = { eps: Number(test.attrs.eps) };
    const chain = layerNormChain({ ...tensors, dy: filled(`${test.name}/dy`, x.shape) }, attributes);
    const references = { x: chain.dx, weight: rowOf(chain.sums, 1), bias: rowOf(chain.sums, 0) };
    return checkOracleGradients(test, apply(layerNorm, tensors, attributes), tensors, { references });
  });
});
