// Sums over what broadcasting repeated, and with them the gradients of addition, multiplication and scaling.

import { describe, expect, it } from 'vitest';
import { affine } from '../../src/wgsl/affine/affine.ts';
import { elementwiseReference } from '../../src/wgsl/elementwise/elementwise.ref.ts';
import { add, mul } from '../../src/wgsl/elementwise/elementwise.ts';
import { addRows } from '../../src/wgsl/reduce/add_rows.ts';
import { broadcastSumReference } from '../../src/wgsl/reduce/broadcast_sum.ref.ts';
import { broadcastSum } from '../../src/wgsl/reduce/broadcast_sum.ts';
import { checkEmbedded, checkOperator } from '../support/check.ts';
import { checkGradientKernels, upstream } from '../support/gradient.ts';
import { apply, candidates, filled, type TestTensor } from '../support/operators.ts';

interface Case {
  readonly x: readonly number[];
  readonly shape: readonly number[];
  readonly batch?: boolean;
  /** The other factor's shape. */
  readonly by?: readonly number[];
  readonly parameter?: boolean;
}

// Few pixels and many, images that one vector of channels holds and that it does not, every set of dimensions.
const cases: readonly Case[] = [
  { x: [3, 5, 3, 2], shape: [5, 1, 1] },
  { x: [3, 5, 3, 2], shape: [1, 5, 1, 1], by: [3, 5, 3, 2] },
  { x: [2, 20, 9, 7], shape: [20, 1, 1], by: [2, 20, 9, 7] },
  { x: [2, 12, 33, 5], shape: [12, 1, 1], by: [2, 12, 1, 1] },
  { x: [2, 5, 3, 2], shape: [1], by: [5, 1, 1], parameter: true },
  { x: [2, 3, 4, 5], shape: [4, 5], by: [2, 3, 4, 5] },
  { x: [2, 3, 4, 5], shape: [3, 4, 5] },
  { x: [2, 3, 4, 5], shape: [1, 1, 1, 5], by: [4, 5], parameter: true },
  { x: [70, 7], shape: [7], by: [70, 7] },
  { x: [4, 7], shape: [1] },
  { x: [3, 5, 3, 2], shape: [5, 1, 1], batch: true },
  { x: [3, 12, 9, 7], shape: [12, 1, 1], batch: true, by: [3, 12, 9, 7] },
  { x: [2, 21, 17, 3], shape: [21, 1, 1], batch: true, by: [2, 21, 17, 3] },
  { x: [2, 5, 4, 3], shape: [5, 1, 1], batch: true, by: [2, 5, 4, 1] },
  { x: [2, 5, 4, 3], shape: [1, 4, 3], batch: true, by: [2, 5, 4, 3] },
  { x: [2, 5, 4, 3], shape: [5, 4, 1], batch: true, by: [2, 5, 1, 3] },
  { x: [3, 6], shape: [1], batch: true },
];

describe('broadcast_sum', () => {
  it.each(cases)('of $x to $shape by $by', async ({ x: whole, shape, batch = false, by: other, parameter = false }) => {
    const x = filled(`sum/${whole.join('x')}`, whole);
    const by = other && filled(`sum/by/${other.join('x')}`, other, 1, 0, parameter);
    const tensors: Record<string, TestTensor> = { x, ...(by && { by }) };
    await checkOperator(broadcastSum, tensors, { shape, batch }, broadcastSumReference(x, by, { shape, batch }));
  });

  it('has kernels of its own for channels, and for channels of images', async () => {
    const x = filled('x', [2, 5, 4, 3]);
    const kernels = (attributes: { shape: number[]; batch?: boolean }) =>
      candidates(apply(broadcastSum, { x, by: x }, attributes));
    expect(await kernels({ shape: [5, 1, 1] })).toEqual(['broadcast_sum', 'broadcast_sum_channels']);
    expect(await kernels({ shape: [5, 1, 1], batch: true })).toEqual(['broadcast_sum', 'broadcast_sum_pixels']);
    expect(await kernels({ shape: [4, 3] })).toEqual(['broadcast_sum']);
  });

  it('reads and writes slices of other images', async () => {
    const by = filled('sum/embedded', [2, 8, 6, 5]);
    const attributes = { shape: [8, 1, 1], batch: true };
    const referenceOf = (x: TestTensor) => broadcastSumReference(x, by, attributes);
    const one = { shape: [8, 6, 1], batch: true };
    await checkEmbedded(broadcastSum, one, (x) => broadcastSumReference(x, undefined, one));
    await checkEmbedded(broadcastSum, attributes, referenceOf, { others: { by } });
  });

  it('refuses what does not broadcast', () => {
    const attempt = (shape: number[], by?: TestTensor) => () =>
      apply(broadcastSum, { x: filled('x', [1, 4, 3, 3]), ...(by && { by }) }, { shape });
    expect(attempt([5, 1, 1])).toThrow('[5,1,1] does not broadcast to [n,4,3,3]');
    expect(attempt([4, 1, 1], filled('by', [1, 4, 3, 2]))).toThrow('[n,4,3,2] does not broadcast to [n,4,3,3]');
  });
});

describe('add_rows', () => {
  it.each([[[1]], [[5]], [[70, 3]], [[4, 3, 5, 5]]])('of %s', async (shape) => {
    const tensors = { a: filled('rows/a', shape, 1, 0, true), b: { ...filled('rows/b', shape), rows: true } };
    await checkOperator(addRows, tensors, {}, elementwiseReference('add', tensors.a, tensors.b));
  });

  it('refuses shapes that differ, and activations', () => {
    const attempt = (a: TestTensor, b: TestTensor) => () => apply(addRows, { a, b }, {});
    const rows = (shape: number[]) => filled('rows', shape, 1, 0, true);
    expect(attempt(rows([3]), rows([4]))).toThrow('[3] and [4] are not rows of one shape');
    expect(attempt(filled('x', [1, 3]), filled('x', [1, 3]))).toThrow('[n,3] and [n,3] are not rows of one shape');
  });
});

describe.each(['add', 'mul'] as const)("%s's gradients", (name) => {
  it.each([
    { a: [3, 5, 3, 2], b: [3, 5, 3, 2] },
    { a: [2, 12, 5, 4], b: [2, 12, 1, 1] },
    { a: [2, 6, 3, 2], b: [6, 1, 1], parameter: true },
    { a: [2, 5, 2, 2], b: [1], parameter: true },
    { a: [3, 7], b: [7], parameter: true },
    { a: [2, 5, 1, 1], b: [2, 5, 4, 1] },
  ])('of $a and $b', async ({ a, b, parameter = false }) => {
    const tensors = { a: filled(`${name}/a/${a}`, a), b: filled(`${name}/b/${b}`, b, 1, 0, parameter) };
    const value = apply({ add, mul }[name], tensors, {});
    const shape = value.shape.map((dim) => (dim === 'n' ? a[0]! : dim));
    await checkGradientKernels(value, tensors, upstream(`${name}/dy`, value, shape));
  });
});

it("affine's gradient", async () => {
  const x = filled('affine/x', [3, 5, 2, 2]);
  const value = apply(affine, { x }, { scale: [1, 2, 3, 4, 5], shift: [6] });
  await checkGradientKernels(value, { x }, upstream('affine/dy', value, x.shape));
});
