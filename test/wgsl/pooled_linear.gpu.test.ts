// A linear layer of images' means at once, against the float64 reference.

import { expect, it } from 'vitest';
import { pooledLinearReference } from '../../src/wgsl/pooled/pooled_linear.ref.ts';
import { pooledLinear } from '../../src/wgsl/pooled/pooled_linear.ts';
import { apply, boundOf, candidates, filled, runValue, worst } from '../support/operators.ts';

// [batch, C, H, W], filters, a bias
const cases: [string, [number, number, number, number], number, boolean][] = [
  ['a whole workgroup', [1, 128, 7, 7], 32, true],
  ['odd counts', [3, 37, 5, 3], 45, true],
  ['one channel of one pixel, no bias', [2, 1, 1, 1], 3, false],
  ['as many channels as there may be', [2, 2048, 2, 3], 10, true],
  ['as many pixels as there may be, no bias', [1, 20, 8, 8], 70, false],
];

it.each(cases)('%s', async (name, [n, c, h, w], filters, added) => {
  const tensors = {
    x: filled(`${name}/x`, [n, c, h, w], 4),
    w: filled(`${name}/w`, [filters, c], 1, 0, true),
    ...(added && { bias: filled(`${name}/bias`, [filters], 1, 0, true) }),
  };
  const value = apply(pooledLinear, tensors, {});
  expect(await candidates(value)).toEqual(['pooled_linear']);
  const reference = pooledLinearReference(tensors.x, tensors.w, tensors.bias);
  const run = await runValue(value, tensors, 'pooled_linear');
  expect(run.shape).toEqual(reference.shape);
  expect(worst(run.y, reference.y, boundOf(reference))).toBeNull();
  expect(run.strayWrites).toBe(0);
});

it('adds a residual before the activation', async () => {
  const tensors = {
    x: filled('residual/x', [2, 24, 3, 3], 4),
    w: filled('residual/w', [12, 24], 1, 0, true),
    residual: filled('residual/residual', [2, 12]),
  };
  const value = apply(pooledLinear, tensors, { activation: 'relu' });
  const reference = pooledLinearReference(tensors.x, tensors.w);
  const sums = reference.y.map((sum, i) => Math.max(0, sum + tensors.residual.data[i]!));
  const terms = reference.terms.map((sum, i) => sum + Math.abs(tensors.residual.data[i]!));
  const { y, strayWrites } = await runValue(value, tensors, 'pooled_linear');
  expect(worst(y, sums, boundOf({ ...reference, terms }))).toBeNull();
  expect(strayWrites).toBe(0);
});

it('leaves more channels than its memory holds, and more pixels than are worth it', async () => {
  const of = async (shape: [number, number, number, number]) =>
    candidates(apply(pooledLinear, { x: filled('x', shape), w: filled('w', [4, shape[1]], 1, 0, true) }, {}));
  expect(await of([1, 2049, 1, 1])).toEqual([]);
  expect(await of([1, 4, 5, 13])).toEqual([]);
});
