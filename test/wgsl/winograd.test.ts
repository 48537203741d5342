// The matrices behind Winograd's bound: they must be those of a convolution.

import { expect, it } from 'vitest';
import { forms, winogradTerms } from '../../src/wgsl/winograd/winograd.ref.ts';
import { growth } from '../../src/wgsl/winograd/winograd.ts';
import { winogradTile } from '../../src/wgsl/winograd/winograd_tile.ts';

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

it.each([
  ['winograd', growth.winograd],
  ['winograd_2x2', growth.winograd_2x2],
  ['winograd_tile', winogradTile.growth!()],
] as const)('%s adds up terms as large as it says, and hardly larger', (form, growth) => {
  const ones = (...shape: number[]) => ({ shape, data: new Float64Array(shape.reduce((a, b) => a * b)).fill(1) });
  const { terms } = winogradTerms(ones(1, 1, 14, 14), ones(1, 1, 3, 3), [0, 0, 0, 0], form);
  const largest = Math.max(...terms) / 9; // terms of the definition, all of them 1
  expect(growth).toBeGreaterThanOrEqual(largest);
  expect(growth).toBeLessThan(1.02 * largest);
});
