// The gradients of poolings against central differences, their references and torch.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptiveAvgPool2d } from '../../src/wgsl/pool/adaptive_avg_pool2d.ts';
import { adaptiveAvgPool2dGradient } from '../../src/wgsl/pool/adaptive_avg_pool2d_gradient.ts';
import { avgPool2d } from '../../src/wgsl/pool/avg_pool2d.ts';
import { avgPool2dGradient } from '../../src/wgsl/pool/avg_pool2d_gradient.ts';
import { maxPool2d } from '../../src/wgsl/pool/max_pool2d.ts';
import { maxPool2dGradient } from '../../src/wgsl/pool/max_pool2d_gradient.ts';
import { maxPool2dReference } from '../../src/wgsl/pool/pool.ref.ts';
import {
  adaptiveAvgPool2dGradientReference,
  avgPool2dGradientReference,
  maxPool2dGradientReference,
} from '../../src/wgsl/pool/pool_gradient.ref.ts';
import { type WindowAttributes, windowCount } from '../../src/wgsl/pool/window.ts';
import { checkEmbedded } from '../support/check.ts';
import { checkGradientKernels, checkGradientRule, checkOracleGradients, upstream } from '../support/gradient.ts';
import { apply, filled, type TestTensor } from '../support/operators.ts';
import { type OracleCase, oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

type Pair = [number, number];
type Sides = [number, number, number, number];

/** Numbers of one sign, each 2^-8 from all others, in an order of no meaning: no window has two of about the same size. */
function distinct(shape: readonly number[]): TestTensor {
  const { length } = filled('distinct', shape).data;
  const order = Array.from(filled('distinct', shape).data.entries()).sort(([, a], [, b]) => a - b);
  const data = new Float32Array(length);
  for (const [rank, [i]] of order.entries()) data[i] = -1 - rank / 256;
  return { shape, data };
}

/** Sizes, windows of any kind that fit. */
const windows = fc
  .record({
    shape: fc.tuple(...([2, 3, 7, 7] as const).map((max) => fc.integer({ min: 1, max }))),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    stride: fc.option(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))),
    sides: fc.tuple(...[1, 2, 3, 4].map(() => fc.nat({ max: 2 }))),
    dilation: fc.constantFrom<Pair>([1, 1], [1, 1], [2, 3]),
    ceilMode: fc.boolean(),
    countIncludePad: fc.boolean(),
  })
  .map(({ sides, dilation, countIncludePad, ...rest }) => {
    const reach = (axis: number, spread: Pair) => Math.floor((spread[axis]! * (rest.kernel[axis]! - 1) + 1) / 2);
    const padding = (spread: Pair) => sides.map((side, i) => Math.min(side, reach(i % 2, spread))) as Sides;
    const { shape, ...window } = rest;
    return {
      shape,
      max: { ...window, dilation, padding: padding(dilation) },
      avg: { ...window, countIncludePad, padding: padding([1, 1]) },
    };
  });

const fits = ([, , height, width]: readonly number[], attributes: WindowAttributes) =>
  windowCount(height!, 0, attributes) > 0 && windowCount(width!, 1, attributes) > 0;

describe('the gradient rules of poolings follow central differences', () => {
  it('of max pooling', () => {
    fc.assert(
      fc.property(windows, ({ shape, max }) => {
        fc.pre(fits(shape, max));
        const x = distinct(shape);
        // A window that misses the image has no slope.
        fc.pre(maxPool2dReference(x, max).y.every(Number.isFinite));
        checkGradientRule(apply(maxPool2d, { x }, max), { x });
      }),
      { numRuns: 40 },
    );
  });

  it('of average pooling', () => {
    fc.assert(
      fc.property(windows, fc.nat(), ({ shape, avg }, seed) => {
        fc.pre(fits(shape, avg));
        const x = filled(`avg/${seed}`, shape);
        checkGradientRule(apply(avgPool2d, { x }, avg), { x });
      }),
      { numRuns: 40 },
    );
  });

  it('of adaptive average pooling', () => {
    const size = fc.tuple(...[7, 7].map((max) => fc.integer({ min: 1, max })));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), size, size, (channels, [h, w], [p, q]) => {
        const x = filled('adaptive', [2, channels, h!, w!]);
        checkGradientRule(apply(adaptiveAvgPool2d, { x }, { outputSize: [p!, q!] }), { x });
      }),
      { numRuns: 40 },
    );
  });
});

const none = { padding: [0, 0] as Pair, stride: null, dilation: [1, 1] as Pair, ceilMode: false };

/** Every kernel, for a gradient from upstream. */
async function check(value: ReturnType<typeof apply>, x: TestTensor, shape: readonly number[]) {
  const count = value.shape.map((dim) => (dim === 'n' ? shape[0]! : dim));
  await checkGradientKernels(value, { x }, upstream(`${shape.join('x')}/dy`, value, count));
}

describe('max_pool2d_gradient', () => {
  it.each([
    [[1, 1, 1, 1], { ...none, kernel: [1, 1] }],
    [[3, 5, 9, 8], { ...none, kernel: [2, 2] }],
    [[2, 20, 7, 13], { ...none, kernel: [3, 3], stride: [2, 2] }],
    [[2, 12, 9, 8], { ...none, kernel: [3, 3], stride: [2, 2], padding: [1, 1], ceilMode: true }],
    [[2, 6, 5, 6], { ...none, kernel: [3, 3], stride: [1, 1], padding: [1, 1] }],
    [[3, 5, 7, 3], { ...none, kernel: [3, 2], stride: [1, 3], padding: [1, 0] }],
    [[1, 20, 6, 6], { ...none, kernel: [3, 3], stride: [2, 2], padding: [1, 0, 0, 1], ceilMode: true }],
    [[1, 4, 11, 12], { ...none, kernel: [2, 3], stride: [5, 4] }],
    [[1, 4, 5, 9], { ...none, kernel: [2, 3], stride: [3, 1], dilation: [2, 3], padding: [1, 3] }],
    [[1, 5, 1, 1], { ...none, kernel: [2, 2], dilation: [4, 4], padding: [2, 2] }],
    [[2, 5, 18, 17], { ...none, kernel: [16, 16], stride: [2, 1] }],
  ] as const)('of %s with %o', async (shape, attributes) => {
    const x = filled(`max/${shape.join('x')}`, shape, 1, -2);
    await check(apply(maxPool2d, { x }, attributes), x, shape);
  });

  it.each([
    { ...none, kernel: [2, 2] as Pair },
    { ...none, kernel: [3, 3] as Pair, stride: [2, 2] as Pair },
    { ...none, kernel: [3, 2] as Pair, stride: [1, 1] as Pair, dilation: [2, 1] as Pair },
  ])('gives all to the first of equal pixels with %o', async (attributes) => {
    // As after a ReLU: most are zero.
    const x = filled('max/ties', [3, 6, 9, 9]);
    x.data.set(x.data.map((v) => Math.max(0, Math.round(2 * v - 1))));
    await check(apply(maxPool2d, { x }, attributes), x, x.shape);
  });

  it('gives to a NaN, and to the first of nothing but -infinity', async () => {
    const x = filled('max/nan', [1, 2, 4, 6]);
    x.data.set([Number.NaN, 5, Number.NaN], 0);
    x.data.fill(Number.NEGATIVE_INFINITY, 24);
    for (const stride of [
      [2, 2],
      [1, 1],
    ] as Pair[])
      await check(apply(maxPool2d, { x }, { ...none, kernel: [2, 2], stride }), x, x.shape);
  });

  it.each(['x', 'dy'] as const)('reads and writes slices of other images as %s', async (input) => {
    for (const kernel of [2, 3]) {
      const attributes = { ...none, kernel: [kernel, kernel] as Pair, stride: [2, 2] as Pair, padding: [1, 1] as Pair };
      const size = input === 'x' ? [6, 5] : [8 + kernel, 6 + kernel];
      const other = filled('max/other', [2, 8, ...(input === 'x' ? pooled(size, attributes) : size)]);
      const key = input === 'x' ? 'dy' : 'x';
      const of = (given: TestTensor) =>
        maxPool2dGradientReference({ x: other, dy: other, [input]: given }, { ...attributes });
      await checkEmbedded(maxPool2dGradient, attributes, of, { input, others: { [key]: other } });
    }
  });

  it('refuses a gradient of another size', () => {
    const tensors = { x: filled('x', [1, 3, 4, 4]), dy: filled('dy', [1, 3, 2, 3]) };
    expect(() => apply(maxPool2dGradient, tensors, { kernel: [2, 2] })).toThrow(
      'max_pool2d_gradient(max_pool2d_gradient): dy must be [n,3,2,2] and is [n,3,2,3]',
    );
  });
});

function pooled([h, w]: readonly number[], attributes: WindowAttributes): readonly number[] {
  return [windowCount(h!, 0, attributes), windowCount(w!, 1, attributes)];
}

describe('avg_pool2d_gradient', () => {
  const every = { padding: [0, 0] as Pair, stride: null, ceilMode: false, countIncludePad: true };
  it.each([
    [[1, 1, 1, 1], { ...every, kernel: [1, 1] }],
    [[3, 6, 9, 8], { ...every, kernel: [2, 2] }],
    [[3, 5, 7, 3], { ...every, kernel: [3, 2], stride: [1, 3], padding: [1, 0], countIncludePad: false }],
    [[2, 12, 10, 8], { ...every, kernel: [3, 3], stride: [2, 2], padding: [0, 0, 1, 1] }],
    [[1, 20, 6, 6], { ...every, kernel: [3, 3], stride: [2, 2], padding: [1, 0, 0, 1], ceilMode: true }],
    [[2, 4, 11, 13], { ...every, kernel: [5, 5], stride: [6, 3] }],
  ] as const)('of %s with %o', async (shape, attributes) => {
    const x = filled(`avg/${shape.join('x')}`, shape);
    await check(apply(avgPool2d, { x }, attributes), x, shape);
  });

  it('reads and writes slices of other images', async () => {
    const attributes = { ...every, kernel: [3, 3] as Pair, stride: [2, 2] as Pair, padding: [1, 1] as Pair };
    const given = { ...attributes, countIncludePad: false, inputSize: [12, 9] as Pair };
    await checkEmbedded(avgPool2dGradient, given, (dy) => avgPool2dGradientReference(dy, given), { input: 'dy' });
  });
});

describe('adaptive_avg_pool2d_gradient', () => {
  it.each([
    [
      [1, 1, 1, 1],
      [1, 1],
    ],
    [
      [3, 5, 7, 3],
      [2, 2],
    ],
    [
      [3, 20, 9, 5],
      [1, 1],
    ],
    [
      [2, 44, 5, 4],
      [3, 7],
    ],
  ] as const)('of %s to %s', async (shape, outputSize) => {
    const x = filled(`adaptive/${shape.join('x')}`, shape);
    await check(apply(adaptiveAvgPool2d, { x }, { outputSize }), x, shape);
  });

  it('reads and writes slices of other images', async () => {
    const given = { inputSize: [9, 4] as Pair };
    const of = (dy: TestTensor) => adaptiveAvgPool2dGradientReference(dy, given);
    await checkEmbedded(adaptiveAvgPool2dGradient, given, of, { input: 'dy' });
  });
});

describe('poolings are differentiated as torch does', async () => {
  const oracle = await oracleCases('pool');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));

  it.each(oracle ?? [])('$name', async (test) => {
    const x = oracleInput(test, 'x');
    await checkOracleGradients(test, applied(test, x), { x });
  });
});

function applied({ name, op, attrs }: OracleCase, x: TestTensor) {
  const { kernel, stride, pad, dilation, ceilMode, countIncludePad, outputSize } = attrs as Record<string, number> & {
    ceilMode: boolean;
    countIncludePad: boolean;
    outputSize?: Pair;
  };
  const twice = (value: number | undefined): Pair => [value ?? 0, value ?? 0];
  const window = { kernel: twice(kernel), stride: twice(stride), padding: twice(pad), ceilMode };
  switch (op) {
    case 'max_pool2d':
      return apply(maxPool2d, { x }, { ...window, dilation: twice(dilation) });
    case 'avg_pool2d':
      return apply(avgPool2d, { x }, { ...window, countIncludePad });
    case 'adaptive_avg_pool2d':
    case 'global_avg_pool':
      return apply(adaptiveAvgPool2d, { x }, { outputSize: outputSize ?? [1, 1] });
    default:
      throw new Error(`${name}: no such operator here: ${op}`);
  }
}
