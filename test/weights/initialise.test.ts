// Initial parameters: their laws, their bits, and what they depend on.

import { describe, expect, it } from 'vitest';
import type { Init } from '../../src/runtime/graph/scope.ts';
import { initialise } from '../../src/weights/initialise.ts';
import { cosine, logarithm, sine } from '../../src/weights/real_functions.ts';

const spec = (name: string, shape: readonly number[], init: Init) => ({ name, shape, init });
const normal: Init = { law: 'normal', std: 0.5 };
const uniform: Init = { law: 'uniform', bound: 0.25 };

function moments(data: Float32Array) {
  const n = data.length;
  const mean = data.reduce((a, b) => a + b, 0) / n;
  const central = (power: number) => data.reduce((sum, x) => sum + (x - mean) ** power, 0) / n;
  return { mean, variance: central(2), kurtosis: central(4) / central(2) ** 2 };
}

const N = 40_000;

describe('initialise', () => {
  it('fills by a constant, scalars included', () => {
    expect(initialise(spec('bn.weight', [3], { law: 'constant', value: 1 }), 7)).toEqual({
      name: 'bn.weight',
      shape: [3],
      data: Float32Array.of(1, 1, 1),
    });
    const given = spec('output.weight', [2, 2], { law: 'given', values: [1, -1, -1, 1] });
    expect([...initialise(given, 7).data]).toEqual([1, -1, -1, 1]);
    expect(initialise(spec('bn.num_batches_tracked', [], { law: 'constant', value: 0 }), 7).data).toEqual(
      Float32Array.of(0),
    );
  });

  // Five standard errors of each moment: 1 in a million per figure, and the numbers are fixed.
  it('draws uniform numbers within the bound, with the moments of that law', () => {
    const { data } = initialise(spec('w', [N], uniform), 0);
    expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(0.25);
    const { mean, variance, kurtosis } = moments(data);
    const sigma = 0.25 / Math.sqrt(3);
    expect(Math.abs(mean)).toBeLessThan((5 * sigma) / Math.sqrt(N));
    expect(Math.abs(variance / sigma ** 2 - 1)).toBeLessThan(5 * Math.sqrt((1.8 - 1) / N));
    expect(Math.abs(kurtosis - 1.8)).toBeLessThan(0.05);
  });

  it('draws normal numbers with the moments of that law', () => {
    const { mean, variance, kurtosis } = moments(initialise(spec('w', [N], normal), 0).data);
    expect(Math.abs(mean)).toBeLessThan((5 * 0.5) / Math.sqrt(N));
    expect(Math.abs(variance / 0.25 - 1)).toBeLessThan(5 * Math.sqrt(2 / N));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(5 * Math.sqrt(24 / N));
  });

  it('depends on the name and the seed, and is a prefix whatever the count', () => {
    const data = (name: string, count: number, seed: number) => initialise(spec(name, [count], normal), seed).data;
    expect(data('a', 64, 1)).toEqual(data('a', 64, 1));
    expect(data('a', 64, 1)).not.toEqual(data('b', 64, 1));
    expect(data('a', 64, 1)).not.toEqual(data('a', 64, 2));
    for (const count of [1, 2, 3, 5, 63]) expect(data('a', count, 1)).toEqual(data('a', 64, 1).slice(0, count));
  });

  it('has the same bits everywhere', () => {
    const bits = (init: Init) =>
      Array.from(new Uint32Array(initialise(spec('layer1.0.conv1.weight', [6], init), 42).data.buffer), (word) =>
        word.toString(16),
      );
    expect(bits(uniform)).toMatchInlineSnapshot(`
      [
        "3bb116ca",
        "3e728129",
        "3cde13ee",
        "3e5e0c9b",
        "3e0e2afb",
        "3cc5bc17",
      ]
    `);
    expect(bits(normal)).toMatchInlineSnapshot(`
      [
        "3f1255ce",
        "bdc3ac85",
        "3efe5728",
        "be611d77",
        "bead419e",
        "bdd8e705",
      ]
    `);
  });
});

describe('the functions that do not depend on the engine', () => {
  // Math's own are right to one unit in the last place, 2^-52; a few roundings come on top.
  it('agree with Math to a few units in the last place', () => {
    for (let i = 0; i < 5000; i++) {
      const x = (i * 859_381 + 0.5) / 2 ** 32;
      const [log, cos, sin] = [Math.log(x), Math.cos(2 * Math.PI * x), Math.sin(2 * Math.PI * x)];
      expect(Math.abs(logarithm(x) - log)).toBeLessThanOrEqual(8 * 2 ** -52 * Math.max(Math.abs(log), 2 ** -10));
      // Beside the roundings, Math is given 2 pi x rounded, off by up to 2 pi 2^-53.
      expect(Math.abs(cosine(x) - cos)).toBeLessThanOrEqual(8 * 2 ** -52);
      expect(Math.abs(sine(x) - sin)).toBeLessThanOrEqual(8 * 2 ** -52);
    }
  });

  it('take the ends of their ranges', () => {
    expect(logarithm(1)).toBe(0);
    expect(logarithm(2)).toBe(Math.LN2);
    expect(logarithm(0.5 / 2 ** 32)).toBeCloseTo(-33 * Math.LN2, 12);
    expect([0, 0.25, 0.5, 0.75, 1].map((x) => Math.abs(sine(x)))).toEqual([0, 1, 0, 1, 0]);
    expect([0, 0.5, 1].map(cosine)).toEqual([1, -1, 1]);
  });
});
