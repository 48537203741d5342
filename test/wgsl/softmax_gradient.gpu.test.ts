// The gradients of softmax and its logarithm against their references and torch.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reference } from '../../src/wgsl/shared/reference.ref.ts';
import {
  logSoftmaxGradientReference,
  logSoftmaxReference,
  softmaxGradientReference,
  softmaxReference,
} from '../../src/wgsl/softmax/softmax.ref.ts';
import { logSoftmax, softmax } from '../../src/wgsl/softmax/softmax.ts';
import { logSoftmaxGradient, softmaxGradient } from '../../src/wgsl/softmax/softmax_gradient.ts';
import { checkEmbedded, checkOperator } from '../support/check.ts';
import { checkGradientRule, checkOracleGradients } from '../support/gradient.ts';
import { apply, boundOf, filled, type TestTensor } from '../support/operators.ts';
import { oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

const both = [
  {
    operator: softmax,
    gradient: softmaxGradient,
    forwardOf: softmaxReference,
    referenceOf: softmaxGradientReference,
    /** What an error e of y does to y (dy - sum(dy y)): e_c (dy_c - sum) - y_c sum(dy e). */
    carried: (y: number, dy: number, own: number, sum: number, weighted: number) =>
      own * Math.abs(dy - sum) + (Math.abs(y) + own) * weighted,
  },
  {
    operator: logSoftmax,
    gradient: logSoftmaxGradient,
    forwardOf: logSoftmaxReference,
    referenceOf: logSoftmaxGradientReference,
    /** And to dy - exp(y) sum(dy): exp(y) (exp(e) - 1) sum(dy). */
    carried: (y: number, _: number, own: number, __: number, ___: number, total: number) =>
      Math.exp(y) * Math.expm1(own) * Math.abs(total),
  },
];

/** The reference of the gradient of what the operator itself computes, with its errors. */
function chained({ forwardOf, referenceOf, carried }: (typeof both)[number], x: TestTensor, dy: TestTensor): Reference {
  const forward = forwardOf(x);
  const errors = boundOf(forward);
  const made = referenceOf({ shape: x.shape, data: forward.y }, dy);
  const [, C = 1, ...rest] = x.shape;
  const area = rest.reduce((product, dim) => product * dim, 1);
  const granted = made.granted.map((own, i) => {
    const first = Math.floor(i / (C * area)) * C * area + (i % area);
    const over = (of: (k: number) => number) =>
      Array.from({ length: C }, (_, c) => of(first + c * area)).reduce((sum, value) => sum + value, 0);
    const sum = over((k) => dy.data[k]! * forward.y[k]!);
    const weighted = over((k) => Math.abs(dy.data[k]!) * errors[k]!);
    const total = over((k) => dy.data[k]!);
    return own + carried(forward.y[i]!, dy.data[i]!, errors[i]!, sum, weighted, total);
  });
  return { ...made, granted };
}

describe('gradients of softmax as torch has them', async () => {
  const oracle = await oracleCases('act');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));
  const ours = oracle?.filter(({ op }) => op === 'softmax' || op === 'log_softmax') ?? [];

  it.each(ours)('$name', async (test) => {
    const one = both.find(({ operator }) => operator.name === test.op)!;
    const x = oracleInput(test, 'x');
    const dy = filled(`${test.name}/dy`, x.shape);
    const references = { x: chained(one, x, dy) };
    await checkOracleGradients(test, apply(one.operator, { x }, {}), { x }, { references });
  });
});

describe.each(both)('$gradient.name', ({ operator, gradient, referenceOf, forwardOf }) => {
  /** What the operator gives, rounded to f32. */
  const result = (x: TestTensor): TestTensor => ({ shape: x.shape, data: Float32Array.from(forwardOf(x).y) });

  it.each([[[1, 1]], [[3, 5]], [[2, 1000]], [[2, 130, 3, 2]], [[3, 6, 2, 5]]])('of %s', async (shape) => {
    const tensors = { y: result(filled(`sg/${shape}`, shape, 8)), dy: filled(`sg/dy/${shape}`, shape) };
    await checkOperator(gradient, tensors, {}, referenceOf(tensors.y, tensors.dy));
  });

  it('has the rule of its slopes', () => {
    const shape = fc.oneof(
      fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 })),
      fc.tuple(...[2, 5, 2, 2].map((max) => fc.integer({ min: 1, max }))),
    );
    fc.assert(
      fc.property(shape, (dims) => {
        const tensors = { x: filled(`rule/${dims}`, dims, 2) };
        checkGradientRule(apply(operator, tensors, {}), tensors);
      }),
      { numRuns: 30, seed: 4 },
    );
  });

  it('reads and writes slices of other images', async () => {
    const others = { dy: filled('embedded/dy', [2, 8, 6, 5]) };
    await checkEmbedded(gradient, {}, (y) => referenceOf(y, others.dy), { input: 'y', others });
  });

  it('refuses a gradient of another shape', () => {
    const tensors = { y: filled('y', [2, 5]), dy: filled('dy', [2, 4]) };
    expect(() => apply(gradient, tensors, {})).toThrow('dy must be [n,5] and is [n,4]');
  });
});
