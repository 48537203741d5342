// Losses that compare numbers, distillation and weighted sums of losses, with their gradients, against their references and torch.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bceWithLogits } from '../../src/wgsl/bce_with_logits/bce_with_logits.ts';
import { bceWithLogitsGradient } from '../../src/wgsl/bce_with_logits/bce_with_logits_gradient.ts';
import {
  klDistillationGradientReference,
  klDistillationReference,
} from '../../src/wgsl/kl_distillation/kl_distillation.ref.ts';
import { klDistillation } from '../../src/wgsl/kl_distillation/kl_distillation.ts';
import { klDistillationGradient } from '../../src/wgsl/kl_distillation/kl_distillation_gradient.ts';
import { meanSquaredError } from '../../src/wgsl/mean_squared_error/mean_squared_error.ts';
import { meanSquaredErrorGradient } from '../../src/wgsl/mean_squared_error/mean_squared_error_gradient.ts';
import {
  bceWithLogitsGradientReference,
  bceWithLogitsReference,
  meanSquaredErrorGradientReference,
  meanSquaredErrorReference,
} from '../../src/wgsl/shared/pair_loss.ref.ts';
import { weightedSumReference } from '../../src/wgsl/weighted_sum/weighted_sum.ref.ts';
import { weightedSum } from '../../src/wgsl/weighted_sum/weighted_sum.ts';
import { checkEmbedded, checkOperator, checkReference, checkValue } from '../support/check.ts';
import { cut, firstChannels } from '../support/garbage_lanes.ts';
import { checkGradientKernels, checkGradientRule, checkOracleGradients, upstream } from '../support/gradient.ts';
import { apply, filled, graphInput, type TestTensor } from '../support/operators.ts';
import { oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

const pairs = [
  {
    oracle: 'mse_loss',
    operator: meanSquaredError,
    gradient: meanSquaredErrorGradient,
    referenceOf: meanSquaredErrorReference,
    gradientReferenceOf: meanSquaredErrorGradientReference,
    wanted: ['x', 'target'],
  },
  {
    oracle: 'bce_with_logits',
    operator: bceWithLogits,
    gradient: bceWithLogitsGradient,
    referenceOf: bceWithLogitsReference,
    gradientReferenceOf: bceWithLogitsGradientReference,
    wanted: ['x'],
  },
];

const scalar = (key: string): TestTensor => ({ ...filled(key, [1]), rows: true });

describe('losses as torch has them', async () => {
  const oracle = await oracleCases('loss');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));
  const ours = oracle?.filter(({ op }) => op !== 'cross_entropy' && op !== 'nll_loss') ?? [];

  it.each(ours)('$name', async (test) => {
    const tensors = { x: oracleInput(test, 'x'), y: oracleInput(test, 'y') };
    const inputs = { x: graphInput('x', tensors.x), target: graphInput('y', tensors.y) };
    const pair = { x: tensors.x, target: tensors.y };
    const numbers = pairs.find((candidate) => candidate.oracle === test.op);
    const temperature = Number(test.attrs.temperature);
    const value = numbers
      ? numbers.operator.of(inputs, {}, 'loss')
      : klDistillation.of(inputs, { temperature }, 'loss');
    if (!numbers) expect(test.op).toBe('kl_div_distillation');
    const reference = numbers
      ? numbers.referenceOf(pair, { reduction: 'mean' })
      : klDistillationReference(pair, { temperature, reduction: 'mean' });
    checkReference(reference, { shape: [1], data: test.out.y!.data });
    await checkValue(value, tensors, reference);
    await checkOracleGradients(test, value, tensors);
  });
});

describe.each(pairs)('$operator.name', ({ operator, gradient, referenceOf, gradientReferenceOf, wanted }) => {
  it.each([
    { shape: [1, 1], reduction: 'mean' },
    { shape: [67, 5], reduction: 'sum' },
    { shape: [2, 300], reduction: 'mean' },
    { shape: [3, 6, 5, 4], reduction: 'mean' },
    { shape: [1, 140, 3, 3], reduction: 'sum' },
  ] as const)('of $shape, the $reduction', async ({ shape, reduction }) => {
    const key = `${operator.name}/${shape.join('x')}`;
    const tensors = { x: filled(`${key}/x`, shape, 30), target: filled(`${key}/t`, shape, 0.5, 0.5) };
    await checkOperator(operator, tensors, { reduction }, referenceOf(tensors, { reduction }));
    const value = apply(operator, tensors, { reduction });
    await checkGradientKernels(value, tensors, upstream(`${key}/dy`, value, [1]), { wanted });
  });

  it('has the rule of its slopes', () => {
    const shape = fc.oneof(
      fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 })),
      fc.tuple(...[2, 3, 3, 2].map((max) => fc.integer({ min: 1, max }))),
    );
    fc.assert(
      fc.property(shape, fc.constantFrom('mean' as const, 'sum' as const), (dims, reduction) => {
        // Away from where bce's absolute value bends, though the loss itself does not.
        const tensors = { x: filled(`rule/${dims}`, dims, 1, 1.5), target: filled(`rule/t/${dims}`, dims, 0.5, 0.5) };
        checkGradientRule(apply(operator, tensors, { reduction }), tensors, { wanted });
      }),
      { numRuns: 30, seed: 2 },
    );
  });

  it('reads and writes slices of other images', async () => {
    const others = { target: filled('embedded/target', [2, 8, 6, 5], 2), dy: scalar('embedded/dy') };
    const referenceOfX = (x: TestTensor) => gradientReferenceOf({ x, ...others }, { reduction: 'mean' });
    await checkEmbedded(gradient, { reduction: 'mean' }, referenceOfX, { others });
  });

  it('reads none of what lies behind the channels', async () => {
    const wide = { x: filled('lanes/x', [3, 12], 8), target: filled('lanes/t', [3, 12], 8) };
    const seen = { x: cut(wide.x, 10), target: cut(wide.target, 10) };
    const inputs = {
      x: firstChannels(graphInput('x', wide.x), 10),
      target: firstChannels(graphInput('target', wide.target), 10),
    };
    await checkValue(operator.of(inputs, {}, 'loss'), wide, referenceOf(seen, { reduction: 'mean' }));
  });

  it('refuses targets of another shape', () => {
    const tensors = { x: filled('x', [2, 5]), target: filled('t', [2, 1]) };
    expect(() => apply(operator, tensors, {})).toThrow('target must be [n,5] and is [n,1]');
  });
});

describe('kl_distillation', () => {
  it.each([
    { shape: [1, 1], temperature: 1, reduction: 'mean' },
    { shape: [70, 10], temperature: 3, reduction: 'mean' },
    { shape: [3, 300], temperature: 0.5, reduction: 'sum' },
  ] as const)('of $shape at a temperature of $temperature, the $reduction', async ({ shape, ...attributes }) => {
    const key = `kl/${shape.join('x')}`;
    const tensors = { x: filled(`${key}/x`, shape, 6), target: filled(`${key}/t`, shape, 6) };
    await checkOperator(klDistillation, tensors, attributes, klDistillationReference(tensors, attributes));
    const value = apply(klDistillation, tensors, attributes);
    await checkGradientKernels(value, tensors, upstream(`${key}/dy`, value, [1]), { wanted: ['x'] });
  });

  it('has the rule of its slopes', () => {
    const options = fc.record({
      temperature: fc.constantFrom(0.5, 1, 4),
      reduction: fc.constantFrom('mean' as const, 'sum' as const),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 }), options, (n, classes, attributes) => {
        const tensors = { x: filled('kl/x', [n, classes], 3), target: filled('kl/t', [n, classes], 3) };
        checkGradientRule(apply(klDistillation, tensors, attributes), tensors, { wanted: ['x'] });
      }),
      { numRuns: 30, seed: 3 },
    );
  });

  it.each([10, 130])('reads none of what lies behind %i classes', async (classes) => {
    const wide = { x: filled('kl/wide', [3, classes + 2], 8), target: filled('kl/wide/t', [3, classes + 2], 8) };
    const dy = scalar('kl/dy');
    const seen = { x: cut(wide.x, classes), target: cut(wide.target, classes) };
    const inputs = {
      x: firstChannels(graphInput('x', wide.x), classes),
      target: firstChannels(graphInput('target', wide.target), classes),
    };
    const attributes = { temperature: 2, reduction: 'mean' } as const;
    await checkValue(klDistillation.of(inputs, attributes, 'loss'), wide, klDistillationReference(seen, attributes));
    const gradient = klDistillationGradient.of({ ...inputs, dy: graphInput('dy', dy) }, attributes, 'gradient');
    await checkValue(gradient, { ...wide, dy }, klDistillationGradientReference({ ...seen, dy }, attributes));
  });
});

describe('weighted_sum', () => {
  it.each([1, 2, 5])('of %i scalars', async (count) => {
    const tensors = Object.fromEntries(Array.from({ length: count }, (_, i) => [i, scalar(`sum/${i}`)]));
    const attributes = { weights: Array.from({ length: count }, (_, i) => 0.3 + i) };
    await checkOperator(weightedSum, tensors, attributes, weightedSumReference(Object.values(tensors), attributes));
    const value = apply(weightedSum, tensors, attributes);
    checkGradientRule(value, tensors);
    await checkGradientKernels(value, tensors, scalar('sum/dy'));
  });

  it('refuses fewer weights than scalars', () => {
    const tensors = { 0: scalar('a'), 1: scalar('b') };
    expect(() => apply(weightedSum, tensors, { weights: [1] })).toThrow('there are 2 scalars and 1 weights');
  });
});
