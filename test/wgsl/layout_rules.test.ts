// The gradient rules of what moves numbers and of the operators of 1998, in float64 against central differences.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differentiate } from '../../src/runtime/compile/differentiate.ts';
import { input } from '../../src/runtime/graph/scope.ts';
import { channelShuffle } from '../../src/wgsl/channel_shuffle/channel_shuffle.ts';
import { concat } from '../../src/wgsl/concat/concat.ts';
import { connectionsOf, connectionTable } from '../../src/wgsl/connection_table/connection_table.ts';
import { flatten } from '../../src/wgsl/flatten/flatten.ts';
import { radialBasis } from '../../src/wgsl/radial_basis/radial_basis.ts';
import { resize } from '../../src/wgsl/resize/resize.ts';
import { slice } from '../../src/wgsl/slice/slice.ts';
import { split } from '../../src/wgsl/slice/split.ts';
import { checkGradientRule } from '../support/gradient.ts';
import { apply, filled, graphInput } from '../support/operators.ts';

const runs = { numRuns: 20, seed: 4 };
const upTo = (max: number) => fc.integer({ min: 1, max });

describe('layout', () => {
  it('concat of parts, of which some may be the same', () => {
    fc.assert(
      fc.property(fc.array(upTo(4), { minLength: 1, maxLength: 4 }), upTo(3), fc.nat(), (channels, side, seed) => {
        const tensors = Object.fromEntries(
          channels.map((count) => [`x${count}`, filled(`concat/${seed}/${count}`, [2, count, side, 2])]),
        );
        const parts = channels.map((count, i) => [i, graphInput(`x${count}`, tensors[`x${count}`]!)]);
        checkGradientRule(concat.of(Object.fromEntries(parts), {}, 'concat'), tensors);
      }),
      runs,
    );
  });

  it('slice', () => {
    fc.assert(
      fc.property(fc.nat(4), upTo(4), fc.nat(4), fc.boolean(), fc.nat(), (from, size, behind, flat, seed) => {
        const x = filled(`slice/${seed}`, [2, from + size + behind, ...(flat ? [] : [2, 2])]);
        checkGradientRule(apply(slice, { x }, { from, to: from + size }), { x });
      }),
      runs,
    );
  });

  it('channel_shuffle', () => {
    fc.assert(
      fc.property(upTo(4), upTo(4), fc.nat(), (groups, members, seed) => {
        const x = filled(`shuffle/${seed}`, [2, groups * members, 2, 1]);
        checkGradientRule(apply(channelShuffle, { x }, { groups }), { x });
      }),
      runs,
    );
  });

  it('flatten', () => {
    fc.assert(
      fc.property(upTo(4), upTo(3), upTo(3), fc.boolean(), fc.nat(), (channels, height, width, flat, seed) => {
        const x = filled(`flatten/${seed}`, [2, channels, ...(flat ? [] : [height, width])]);
        checkGradientRule(apply(flatten, { x }, {}), { x });
      }),
      runs,
    );
  });

  it('resize', () => {
    const modes = fc.constantFrom('bilinear', 'bicubic');
    fc.assert(
      fc.property(upTo(5), upTo(5), upTo(6), upTo(6), modes, fc.boolean(), (h, w, p, q, mode, antialias) => {
        const x = filled(`resize/${h}/${w}`, [1, 2, h, w]);
        checkGradientRule(apply(resize, { x }, { size: [p, q], mode, antialias }), { x });
      }),
      { ...runs, numRuns: 60 },
    );
  });
});

describe('the operators of 1998', () => {
  it('connection_table', () => {
    const tables = fc.array(fc.subarray([0, 1, 2, 3], { minLength: 1 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(tables, upTo(3), fc.nat(), (table, side, seed) => {
        const w = filled(`table/${seed}`, [table.flat().length, side, 2], 1, 0, true);
        checkGradientRule(apply(connectionTable, { w }, connectionsOf(table, 4)), { w });
      }),
      runs,
    );
  });

  it('radial_basis', () => {
    fc.assert(
      fc.property(upTo(4), upTo(6), upTo(5), fc.nat(), (images, features, centres, seed) => {
        const w = filled(`rbf/w/${seed}`, [centres, features], 1, 0, true);
        const tensors = { x: filled(`rbf/x/${seed}`, [images, features], 2), w };
        checkGradientRule(apply(radialBasis, tensors, {}), tensors);
      }),
      runs,
    );
  });
});

describe('slices of one image', () => {
  const x = input('x', ['n', 8, 2, 2]);
  const gradientOf = (parts: readonly { from: number; to: number }[]) => {
    const seeds = parts.map((range, i) => {
      const of = slice.of({ x }, range, 'part');
      return { of, gradient: input(`dy${i}`, of.shape) };
    });
    return differentiate(seeds, new Set([x])).get(x);
  };

  it('pass back one concatenation, in whichever order', () => {
    const [a, b] = split(x, [3, 5], 'parts').map(({ attributes }) => attributes as { from: number; to: number });
    const joined = gradientOf([b!, a!]);
    expect(joined?.operator?.name).toBe('concat');
    expect(Object.values(joined?.inputs ?? {}).map(({ name }) => name)).toEqual(['dy1', 'dy0']);
    expect(joined?.shape).toEqual(x.shape);
  });

  it.each([
    {
      what: 'a gap',
      parts: [
        { from: 0, to: 3 },
        { from: 4, to: 8 },
      ],
    },
    {
      what: 'an overlap',
      parts: [
        { from: 0, to: 5 },
        { from: 4, to: 8 },
      ],
    },
    {
      what: 'an end missing',
      parts: [
        { from: 0, to: 3 },
        { from: 3, to: 7 },
      ],
    },
  ])('are added up where there is $what', ({ parts }) => {
    expect(gradientOf(parts)?.operator?.name).toBe('add');
  });
});
