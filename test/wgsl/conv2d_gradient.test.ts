// The gradient rules of convolution, linear layers and padding: central differences in float64, over random shapes.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphError } from '../../src/runtime/errors.ts';
import type { Value } from '../../src/runtime/graph/value.ts';
import { conv2d } from '../../src/wgsl/conv2d/conv2d.ts';
import { linear } from '../../src/wgsl/linear/linear.ts';
import { pad } from '../../src/wgsl/pad/pad.ts';
import { checkGradientRule, ruleOf } from '../support/gradient.ts';
import { apply, filled } from '../support/operators.ts';

const upTo = (max: number, min = 1) => fc.integer({ min, max });
const pair = (max: number, min = 1) => fc.tuple(upTo(max, min), upTo(max, min));
const sides = (max: number) => fc.tuple(upTo(max, 0), upTo(max, 0), upTo(max, 0), upTo(max, 0));

const convolutions = fc.record({
  n: upTo(2),
  perGroup: upTo(2),
  group: upTo(2),
  groups: upTo(3),
  size: pair(6),
  kernel: pair(4),
  stride: pair(4),
  padding: sides(5),
  dilation: pair(3),
  bias: fc.boolean(),
});

type Convolution = typeof convolutions extends fc.Arbitrary<infer T> ? T : never;

function tensorsOf({ n, perGroup, group, groups, size, kernel, bias }: Convolution) {
  return {
    x: filled('x', [n, perGroup * groups, ...size]),
    w: filled('w', [group * groups, perGroup, ...kernel], 1, 0, true),
    ...(bias && { bias: filled('bias', [group * groups], 1, 0, true) }),
  };
}

/** Null where the kernel does not fit. */
function convolutionOf(drawn: Convolution): Value | null {
  const { stride, padding, dilation, groups } = drawn;
  try {
    return apply(conv2d, tensorsOf(drawn), { stride, padding, dilation, groups });
  } catch (error) {
    if (error instanceof GraphError && error.message.includes('does not fit')) return null;
    throw error;
  }
}

const fixed: Convolution = {
  n: 1,
  perGroup: 1,
  group: 1,
  groups: 1,
  size: [1, 1],
  kernel: [1, 1],
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  bias: false,
};

describe('the gradient of conv2d', () => {
  it('is the slope for any size, kernel, stride, padding, dilation and groups', () => {
    fc.assert(
      fc.property(convolutions, (drawn) => {
        const value = convolutionOf(drawn);
        fc.pre(value !== null);
        checkGradientRule(value, tensorsOf(drawn));
      }),
      { numRuns: 60 },
    );
  });

  // Where the transposed convolution would have less than no padding, or nothing of dy is left.
  it.each<[string, Partial<Convolution>]>([
    ['more padding than the kernel reaches', { size: [3, 4], padding: [3, 2, 1, 4], kernel: [2, 2] }],
    ['the same with a stride', { size: [3, 4], padding: [3, 2, 1, 4], kernel: [2, 2], stride: [2, 3] }],
    ['a kernel that sees padding alone', { kernel: [2, 2], stride: [8, 8], padding: [5, 5, 0, 0] }],
    ['a point that sees padding alone', { stride: [4, 4], padding: [3, 3, 0, 0] }],
    ['pixels that no kernel reaches', { size: [6, 7], kernel: [2, 1], stride: [4, 3] }],
    ['holes', { size: [7, 6], kernel: [3, 2], stride: [2, 1], dilation: [2, 3], padding: [1, 0, 2, 1] }],
  ])('is the slope with %s', (_, some) => {
    const drawn = { ...fixed, ...some };
    const value = convolutionOf(drawn);
    if (!value) throw new Error('the kernel does not fit');
    checkGradientRule(value, tensorsOf(drawn));
  });

  it('is worked out for what is wanted alone', () => {
    const tensors = tensorsOf({ ...fixed, bias: true });
    const value = apply(conv2d, tensors, {});
    for (const wanted of ['x', 'w', 'bias']) expect(Object.keys(ruleOf(value, [wanted]))).toEqual([wanted]);
  });
});

describe('the gradient of linear', () => {
  it('is the slope, of vectors and at pixels', () => {
    const drawing = fc.record({
      n: upTo(3),
      features: upTo(5),
      out: upTo(5),
      pixels: fc.option(pair(3)),
      bias: fc.boolean(),
    });
    fc.assert(
      fc.property(drawing, ({ n, features, out, pixels, bias }) => {
        const tensors = {
          x: filled('x', [n, features, ...(pixels ?? [])]),
          w: filled('w', [out, features], 1, 0, true),
          ...(bias && { bias: filled('bias', [out], 1, 0, true) }),
        };
        checkGradientRule(apply(linear, tensors, {}), tensors);
      }),
      { numRuns: 30 },
    );
  });

  it('is worked out for what is wanted alone', () => {
    const tensors = { x: filled('x', [1, 2]), w: filled('w', [3, 2], 1, 0, true), bias: filled('b', [3], 1, 0, true) };
    const value = apply(linear, tensors, {});
    for (const wanted of ['x', 'w', 'bias']) expect(Object.keys(ruleOf(value, [wanted]))).toEqual([wanted]);
  });
});

it('the gradient of pad is the slope', () => {
  const drawing = fc.record({ channels: upTo(3), size: pair(4), padding: sides(2), more: upTo(2, 0) });
  fc.assert(
    fc.property(drawing, ({ channels, size, padding, more }) => {
      const x = filled('x', [2, channels, ...size]);
      checkGradientRule(apply(pad, { x }, { padding, channels: more, value: 0.5 }), { x });
    }),
    { numRuns: 20 },
  );
});
