// The matrices behind Winograd's bound: they must be those of a convolution.

import { expect, it } from 'vitest';
import { forms } from '../../src/wgsl/winograd/winograd.ref.ts';

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
