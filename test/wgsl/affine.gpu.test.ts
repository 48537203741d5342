// Scaling and shifting by constants against its reference: one pair of numbers, or one for each channel.

import { expect, it } from 'vitest';
import { relu } from '../../src/wgsl/activation/activation.ts';
import { affineReference } from '../../src/wgsl/affine/affine.ref.ts';
import { affine } from '../../src/wgsl/affine/affine.ts';
import { checkEmbedded, checkOperator, checkValue } from '../support/check.ts';
import { apply, filled } from '../support/operators.ts';

const constants = (count: number, seed: number) => Array.from({ length: count }, (_, i) => Math.sin(seed + i));

it.each([
  { shape: [1, 1, 1, 1], scale: 1, shift: 1 },
  { shape: [3, 3, 5, 4], scale: 3, shift: 3 },
  { shape: [2, 5, 3, 2], scale: 1, shift: 5 },
  { shape: [2, 20, 2, 3], scale: 20, shift: 1 },
  { shape: [3, 10], scale: 10, shift: 10 },
])('$shape with $scale scales and $shift shifts', async ({ shape, scale, shift }) => {
  const x = filled(`affine/${shape.join('x')}`, shape, 2);
  const attributes = { scale: constants(scale, 1), shift: constants(shift, 5) };
  await checkOperator(affine, { x }, attributes, affineReference(x, attributes));
});

it('takes an activation into itself', async () => {
  const x = filled('affine/relu', [2, 6, 3, 3], 2);
  const attributes = { scale: [-1.5], shift: constants(6, 2) };
  const reference = affineReference(x, attributes);
  const value = relu.of({ x: apply(affine, { x }, attributes) }, {}, 'relu');
  await checkValue(value, { x }, { ...reference, y: reference.y.map((v) => Math.max(0, v)) });
});

it('reads and writes slices of other images', async () => {
  for (const count of [1, 8]) {
    const attributes = { scale: constants(count, 3), shift: constants(count, 4) };
    await checkEmbedded(affine, attributes, (x) => affineReference(x, attributes));
  }
});

it('refuses constants that fit neither one channel nor all', () => {
  const x = filled('affine/x', [1, 4, 2, 2]);
  expect(() => apply(affine, { x }, { scale: [1, 2, 3], shift: [0] })).toThrow(
    'affine(affine): scale must have 1 or 4 numbers and has 3',
  );
});
