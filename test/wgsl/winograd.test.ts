// The matrices behind Winograd's bound: they must be those of a convolution.

import { expect, it } from 'vitest';
import { forms, winogradGradientTerms, winogradTerms } from '../../src/wgsl/winograd/winograd.ref.ts';
import { growth } from '../../src/wgsl/winograd/winograd.ts';
import { winogradTile } from '../../src/wgsl/winograd/winograd_tile.ts';
import { winogradWeightGradient } from '../../src/wgsl/winograd/winograd_weight_gradient.ts';

const times = (matrix: readonly (readonly number[])[], vector: readonly number[]) =>
  matrix.map((row) => row.reduce((sum, v, i) => sum + v * vector[i]!, 0));

it.each(Object.entries(forms))('%s turns products of points into sums of three', (_, { made, BT, G, AT }) => {
  for (let tap = 0; tap < 3; tap++)
    for (let at = 0; at < made + 2; at++) {
      const filter = [0, 1, 2].map((i) => Number(i === tap));
      const pixels = BT.map((_, i) => Number(i === at));
      const points = times(BT, pixels);
      const y = times(
        AT,
        times(G, filter).map((v, i) => v * points[i]!),
      );
      for (const [i, v] of y.entries()) expect(v).toBeCloseTo(Number(i + tap === at), 14);
    }
});

const ones = (...shape: number[]) => ({ shape, data: new Float64Array(shape.reduce((a, b) => a * b)).fill(1) });

it.each([
  ['winograd', growth.winograd],
  ['winograd_2x2', growth.winograd_2x2],
  ['winograd_tile', winogradTile.growth!()],
] as const)('%s adds up terms as large as it says, and hardly larger', (form, growth) => {
  const { terms } = winogradTerms(ones(1, 1, 14, 14), ones(1, 1, 3, 3), [0, 0, 0, 0], form);
  const largest = Math.max(...terms) / 9; // terms of the definition, all of them 1
  expect(growth).toBeGreaterThanOrEqual(largest);
  expect(growth).toBeLessThan(1.02 * largest);
});

it('the gradient of filters adds up terms as large as it says, and hardly larger', () => {
  const sizes = Array.from({ length: 13 }, (_, i) => i + 1);
  const ratios = sizes.flatMap((size) =>
    [0, 1].map((pad) => {
      const x = ones(1, 1, size + 2 - 2 * pad, size + 2 - 2 * pad);
      const { terms } = winogradGradientTerms(x, ones(1, 1, size, size), [pad, pad]);
      return Math.max(...terms) / size ** 2; // the largest sum of the definition's terms
    }),
  );
  const largest = Math.max(...ratios);
  expect(winogradWeightGradient.growth!()).toBeGreaterThanOrEqual(largest);
  expect(winogradWeightGradient.growth!()).toBeLessThan(1.02 * largest);
});
