// The matrices behind Winograd's bound: they must be those of a convolution.

import { expect, it } from 'vitest';
import { AT, BT, G } from '../../src/wgsl/winograd/winograd.ref.ts';

const times = (matrix: readonly (readonly number[])[], vector: readonly number[]) =>
  matrix.map((row) => row.reduce((sum, v, i) => sum + v * vector[i]!, 0));

it('turns products of six points into four sums of three', () => {
  for (let tap = 0; tap < 3; tap++)
    for (let at = 0; at < 6; at++) {
      const filter = [0, 1, 2].map((i) => Number(i === tap));
      const pixels = [0, 1, 2, 3, 4, 5].map((i) => Number(i === at));
      const points = times(BT, pixels);
      const y = times(
        AT,
        times(G, filter).map((v, i) => v * points[i]!),
      );
      for (const [i, v] of y.entries()) expect(v).toBeCloseTo(Number(i + tap === at), 14);
    }
});
