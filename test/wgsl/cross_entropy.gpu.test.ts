// Cross-entropy and the likelihood, with their gradients, against their references and torch.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crossEntropyGradientReference,
  crossEntropyReference,
  nllLossReference,
} from '../../src/wgsl/cross_entropy/cross_entropy.ref.ts';
import { crossEntropy } from '../../src/wgsl/cross_entropy/cross_entropy.ts';
import { crossEntropyGradient } from '../../src/wgsl/cross_entropy/cross_entropy_gradient.ts';
import { nllLoss } from '../../src/wgsl/nll_loss/nll_loss.ts';
import { checkOperator, checkReference, checkValue, type Tensors } from '../support/check.ts';
import { fillLabels } from '../support/fill.ts';
import { cut, firstChannels } from '../support/garbage_lanes.ts';
import { checkGradientKernels, checkGradientRule, checkOracleGradients, upstream } from '../support/gradient.ts';
import { apply, filled, graphInput, runValue, type TestTensor } from '../support/operators.ts';
import { type OracleCase, oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

type Attributes = Parameters<typeof crossEntropyReference>[1];
const plain = { labelSmoothing: 0, ignoreIndex: null, reduction: 'mean', rubbish: null } as const;

const labels = (numbers: readonly number[]): TestTensor => ({
  shape: [numbers.length, 1],
  data: Float32Array.from(numbers),
});

/** Rows that add up to 1. */
function probabilities(key: string, n: number, classes: number): TestTensor {
  const { shape, data } = filled(key, [n, classes], 0.5, 0.5);
  const row = (i: number) => data.subarray(i * classes, (i + 1) * classes).reduce((sum, value) => sum + value, 0);
  return { shape, data: data.map((value, i) => value / row(Math.floor(i / classes))) };
}

function tensorsOf(test: OracleCase): Tensors {
  const { softTargets, classWeights } = test.attrs;
  return {
    x: oracleInput(test, 'x'),
    target: softTargets ? oracleInput(test, 'target') : labels(test.labels!),
    ...(classWeights !== undefined && { weight: oracleInput(test, 'weight', true) }),
  };
}

describe('losses over classes as torch has them', async () => {
  const oracle = await oracleCases('loss');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));
  const ours = oracle?.filter(({ op }) => op === 'cross_entropy' || op === 'nll_loss') ?? [];

  it.each(ours)('$name', async (test) => {
    const { labelSmoothing = 0, reduction, ignoreIndex = null } = test.attrs as unknown as Partial<Attributes>;
    const tensors = tensorsOf(test);
    const likelihood = test.op === 'nll_loss';
    const own = { ignoreIndex, reduction: reduction! };
    const attributes = likelihood ? own : { ...own, labelSmoothing, rubbish: null };
    const reference = (likelihood ? nllLossReference : crossEntropyReference)(tensors as never, attributes);
    checkReference(reference, { shape: reference.shape, data: test.out.y!.data });
    const operator = likelihood ? nllLoss : crossEntropy;
    await checkOperator(operator, tensors, attributes, reference);
    await checkOracleGradients(test, apply(operator, tensors, attributes), tensors);
  });
});

describe('cross_entropy', () => {
  const cases: readonly {
    shape: readonly [number, number];
    attributes?: Partial<Attributes>;
    soft?: true;
    weighted?: true;
  }[] = [
    { shape: [1, 1] },
    { shape: [70, 10] },
    { shape: [5, 203], attributes: { labelSmoothing: 0.1 } },
    { shape: [3, 1000], attributes: { reduction: 'none' } },
    { shape: [4, 131], attributes: { ignoreIndex: 2, labelSmoothing: 0.3 }, weighted: true },
    { shape: [300, 7], attributes: { ignoreIndex: 0 } },
    { shape: [6, 9], attributes: { reduction: 'sum' }, weighted: true },
    { shape: [6, 9], attributes: { labelSmoothing: 0.2 }, soft: true, weighted: true },
    { shape: [4, 150], attributes: { reduction: 'none' }, soft: true },
    { shape: [8, 10], attributes: { rubbish: 1 } },
    { shape: [8, 140], attributes: { rubbish: -20, labelSmoothing: 0.1 }, weighted: true },
  ];

  it.each(cases)('of $shape with $attributes', async ({ shape: [n, classes], attributes: given, soft, weighted }) => {
    const key = `ce/${n}x${classes}`;
    const tensors = {
      x: filled(`${key}/x`, [n, classes], 8),
      target: soft ? probabilities(`${key}/t`, n, classes) : labels(fillLabels(n, classes, key)),
      ...(weighted && { weight: filled(`${key}/w`, [classes], 0.5, 1, true) }),
    };
    const attributes = { ...plain, ...given };
    await checkOperator(crossEntropy, tensors, attributes, crossEntropyReference(tensors, attributes));
    const value = apply(crossEntropy, tensors, attributes);
    const dy = upstream(`${key}/dy`, value, attributes.reduction === 'none' ? [n, 1] : [1]);
    await checkGradientKernels(value, tensors, dy, { wanted: ['x'] });
  });

  it('has the rule of its slopes', () => {
    const shapes = fc.record({
      n: fc.integer({ min: 1, max: 5 }),
      classes: fc.integer({ min: 2, max: 9 }),
      labelSmoothing: fc.constantFrom(0, 0.1, 1),
      ignoreIndex: fc.constantFrom(null, 1),
      reduction: fc.constantFrom('mean' as const, 'sum' as const, 'none' as const),
      rubbish: fc.constantFrom(null, 1.5),
      soft: fc.boolean(),
      weighted: fc.boolean(),
    });
    fc.assert(
      fc.property(shapes, ({ n, classes, soft, weighted, ...attributes }) => {
        const target = labels(fillLabels(n, classes, `${n}`));
        fc.pre(target.data.some((label) => label !== attributes.ignoreIndex));
        const tensors = {
          x: filled(`rule/${n}x${classes}`, [n, classes], 2),
          target: soft ? probabilities(`rule/t${n}`, n, classes) : target,
          ...(weighted && { weight: filled('rule/w', [classes], 0.5, 1, true) }),
        };
        const own = soft ? { ...attributes, ignoreIndex: null } : attributes;
        checkGradientRule(apply(crossEntropy, tensors, own), tensors, { wanted: ['x'] });
        if (soft) return;
        const { ignoreIndex, reduction } = attributes;
        checkGradientRule(apply(nllLoss, tensors, { ignoreIndex, reduction }), tensors, { wanted: ['x'] });
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it('knows the loss of LeNet-5: minus the logits compete with the rubbish class', () => {
    // Equation 9 of LeCun et al. 1998: the mean of y_D + log(e^-j + sum e^-y).
    const penalties = [3, 0.5, 7];
    const tensors = { x: { shape: [1, 3], data: Float32Array.from(penalties, (y) => -y) }, target: labels([1]) };
    const { y } = crossEntropyReference(tensors, { ...plain, rubbish: 2 });
    const competing = Math.exp(-2) + penalties.reduce((sum, penalty) => sum + Math.exp(-penalty), 0);
    expect(y[0]).toBeCloseTo(0.5 + Math.log(competing), 14);
  });

  it('is NaN where there is nothing to average, and changes nothing then', async () => {
    const tensors = { x: filled('ce/none', [3, 4], 4), target: labels([2, 2, 2]) };
    const attributes = { ...plain, ignoreIndex: 2 };
    expect((await runValue(apply(crossEntropy, tensors, attributes), tensors)).y).toEqual(Float32Array.of(Number.NaN));
    const all = { ...tensors, dy: { ...filled('ce/dy', [1]), rows: true } };
    expect((await runValue(apply(crossEntropyGradient, all, attributes), all)).y.every((dx) => dx === 0)).toBe(true);
  });

  it.each([10, -1, 1.5, Number.NaN])('is NaN where a target is %f, no class of ten', async (label) => {
    const tensors = { x: filled('ce/bad', [2, 10], 4), target: labels([3, label]) };
    for (const reduction of ['mean', 'sum'] as const) {
      const attributes = { ...plain, reduction };
      const { y } = await runValue(apply(crossEntropy, tensors, attributes), tensors);
      expect(y).toEqual(Float32Array.of(Number.NaN));
      const all = { ...tensors, dy: { ...filled('ce/dy', [1]), rows: true } };
      const { y: dx } = await runValue(apply(crossEntropyGradient, all, attributes), all);
      expect(dx.subarray(10).every(Number.isNaN)).toBe(true);
    }
  });

  it('takes logits that are infinitely far apart', async () => {
    const x = { shape: [1, 3], data: Float32Array.of(-3e38, 1, 3e38) };
    const tensors = { x, target: labels([2]) };
    expect((await runValue(apply(crossEntropy, tensors, plain), tensors)).y).toEqual(Float32Array.of(0));
  });

  it.each([10, 130])('reads none of what lies behind %i classes', async (classes) => {
    const wide = { x: filled('ce/wide', [3, classes + 2], 8), target: probabilities('ce/wide/t', 3, classes + 2) };
    const dy = { ...filled('ce/dy', [1]), rows: true };
    const seen = { x: cut(wide.x, classes), target: cut(wide.target, classes) };
    const inputs = {
      x: firstChannels(graphInput('x', wide.x), classes),
      target: firstChannels(graphInput('target', wide.target), classes),
    };
    await checkValue(crossEntropy.of(inputs, {}, 'loss'), wide, crossEntropyReference(seen, plain));
    const gradient = crossEntropyGradient.of({ ...inputs, dy: graphInput('dy', dy) }, {}, 'gradient');
    await checkValue(gradient, { ...wide, dy }, crossEntropyGradientReference({ ...seen, dy }, plain));
  });

  it('refuses targets and weights of other shapes, and to ignore a probability', () => {
    const x = filled('x', [2, 5]);
    const attempt =
      (tensors: Tensors, attributes: Partial<Attributes> = {}) =>
      () =>
        apply(crossEntropy, { x, ...tensors }, attributes);
    expect(attempt({ target: filled('t', [2, 3]) })).toThrow('target must be [n,1] or [n,5] and is [n,3]');
    expect(attempt({ target: labels([0, 1]), weight: filled('w', [4], 1, 0, true) })).toThrow('weight must be [5]');
    expect(attempt({ target: x }, { ignoreIndex: 1 })).toThrow('no class to ignore where targets are probabilities');
    expect(attempt({ target: labels([0, 1]) }, { labelSmoothing: 1.5 })).toThrow('labelSmoothing must be <= 1');
    expect(() => apply(nllLoss, { x, target: x }, {})).toThrow('nll_loss(nll_loss): target must be [n,1]');
  });
});
