// Pooling against its reference and torch.

import { describe, expect, it } from 'vitest';
import { type AdaptiveAvgPool2dAttributes, adaptiveAvgPool2d } from '../../src/wgsl/pool/adaptive_avg_pool2d.ts';
import { type AvgPool2dAttributes, avgPool2d } from '../../src/wgsl/pool/avg_pool2d.ts';
import { type MaxPool2dAttributes, maxPool2d } from '../../src/wgsl/pool/max_pool2d.ts';
import { adaptiveAvgPool2dReference, avgPool2dReference, maxPool2dReference } from '../../src/wgsl/pool/pool.ref.ts';
import { checkEmbedded, checkOperator, checkReference } from '../support/check.ts';
import { apply, filled, runValue, type TestTensor } from '../support/operators.ts';
import { type OracleCase, oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

const max = (attributes: Partial<MaxPool2dAttributes>): MaxPool2dAttributes => ({
  kernel: [2, 2],
  stride: null,
  padding: [0, 0],
  dilation: [1, 1],
  ceilMode: false,
  ...attributes,
});
const avg = (attributes: Partial<AvgPool2dAttributes>): AvgPool2dAttributes => ({
  kernel: [2, 2],
  stride: null,
  padding: [0, 0],
  ceilMode: false,
  countIncludePad: true,
  ...attributes,
});
const adaptive = (h: number, w: number): AdaptiveAvgPool2dAttributes => ({ outputSize: [h, w] });
const shapeText = (shape: readonly number[]) => shape.join('x');

describe('pooling as torch does it', async () => {
  const oracle = await oracleCases('pool');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));
  const window = ({ attrs }: OracleCase) => {
    const { kernel, stride, pad, ceilMode } = attrs as Record<'kernel' | 'stride' | 'pad', number> & {
      ceilMode: boolean;
    };
    return {
      kernel: [kernel, kernel] as [number, number],
      stride: [stride, stride] as [number, number],
      padding: [pad, pad] as [number, number],
      ceilMode,
    };
  };
  it.each(oracle ?? [])('$name', async (test) => {
    const x = oracleInput(test, 'x');
    const expected = test.out.y!;
    switch (test.op) {
      case 'max_pool2d': {
        const dilation = Number(test.attrs.dilation);
        const attributes = max({ ...window(test), dilation: [dilation, dilation] });
        const reference = maxPool2dReference(x, attributes);
        checkReference(reference, expected);
        return checkOperator(maxPool2d, { x }, attributes, reference);
      }
      case 'avg_pool2d': {
        const attributes = avg({ ...window(test), countIncludePad: test.attrs.countIncludePad === true });
        const reference = avgPool2dReference(x, attributes);
        checkReference(reference, expected);
        return checkOperator(avgPool2d, { x }, attributes, reference);
      }
      case 'adaptive_avg_pool2d':
      case 'global_avg_pool': {
        const attributes = (test.attrs.outputSize ? test.attrs : adaptive(1, 1)) as AdaptiveAvgPool2dAttributes;
        const reference = adaptiveAvgPool2dReference(x, attributes);
        // A global average is [n, C] there and [n, C, 1, 1] here.
        checkReference(reference, { ...expected, shape: reference.shape });
        return checkOperator(adaptiveAvgPool2d, { x }, attributes, reference);
      }
      default:
        throw new Error(`${test.name}: no such operator here: ${test.op}`);
    }
  });
});

describe('max_pool2d', () => {
  it.each([
    [[1, 1, 1, 1], max({ kernel: [1, 1] })],
    [[3, 5, 7, 3], max({ kernel: [3, 2], stride: [1, 3], padding: [1, 0] })],
    [[2, 12, 9, 8], max({ kernel: [3, 3], stride: [2, 2], padding: [0, 0, 1, 1] })],
    [[1, 20, 6, 6], max({ kernel: [3, 3], stride: [2, 2], padding: [1, 0, 0, 1], ceilMode: true })],
    [[1, 4, 5, 9], max({ kernel: [2, 3], stride: [3, 1], dilation: [2, 3], padding: [1, 3] })],
    // Its one window misses the image altogether.
    [[1, 5, 1, 1], max({ kernel: [2, 2], dilation: [4, 4], padding: [2, 2] })],
  ] as const)('of %s with %o', async (shape, attributes) => {
    // Negative throughout, so that a zero from the padding would win.
    const x = filled(`max/${shapeText(shape)}`, shape, 1, -2);
    await checkOperator(maxPool2d, { x }, attributes, maxPool2dReference(x, attributes));
  });

  it('reads and writes slices of other images', async () => {
    const attributes = max({ kernel: [3, 3], stride: [2, 2], padding: [1, 1] });
    await checkEmbedded(maxPool2d, attributes, (x) => maxPool2dReference(x, attributes));
  });

  it('gives NaN for a window that holds one, and for no other', async () => {
    const x: TestTensor = { shape: [1, 2, 2, 6], data: filled('nan', [1, 2, 2, 6]).data };
    x.data.set([Number.NaN], 0);
    x.data.set([Number.NaN], 23);
    x.data.set([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], 2);
    x.data.set([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], 8);
    const { y } = await runValue(apply(maxPool2d, { x }, max({})), { x });
    expect([...y].map(Number.isNaN)).toEqual([true, false, false, false, false, true]);
    expect(y[1]).toBe(Number.NEGATIVE_INFINITY);
  });

  it('refuses windows that do not fit', () => {
    const x = filled('x', [1, 3, 4, 4]);
    expect(() => apply(maxPool2d, { x }, max({ kernel: [5, 5] }))).toThrow(
      'max_pool2d(max_pool2d): kernel 5x5 does not fit into input [n,3,4,4] with padding 0,0,0,0, dilation 1,1',
    );
    expect(() => apply(maxPool2d, { x }, max({ kernel: [2, 2], padding: [0, 2] }))).toThrow(
      'max_pool2d(max_pool2d): padding 0,2,0,2 is more than half of the kernel 2x2 with dilation 1,1',
    );
    expect(() => apply(maxPool2d, { x: filled('x', [1, 3]) }, max({}))).toThrow('x must have 4 dimensions');
  });
});

describe('avg_pool2d', () => {
  it.each([
    [[1, 1, 1, 1], avg({ kernel: [1, 1] })],
    [[3, 5, 7, 3], avg({ kernel: [3, 2], stride: [1, 3], padding: [1, 0], countIncludePad: false })],
    [[2, 12, 10, 8], avg({ kernel: [3, 3], stride: [2, 2], padding: [0, 0, 1, 1] })],
    [[1, 20, 6, 6], avg({ kernel: [3, 3], stride: [2, 2], padding: [1, 0, 0, 1], ceilMode: true })],
  ] as const)('of %s with %o', async (shape, attributes) => {
    const x = filled(`avg/${shapeText(shape)}`, shape);
    await checkOperator(avgPool2d, { x }, attributes, avgPool2dReference(x, attributes));
  });

  it('reads and writes slices of other images', async () => {
    const attributes = avg({ kernel: [3, 3], stride: [2, 2], padding: [1, 1], countIncludePad: false });
    await checkEmbedded(avgPool2d, attributes, (x) => avgPool2dReference(x, attributes));
  });
});

describe('adaptive_avg_pool2d', () => {
  it.each([
    [[1, 1, 1, 1], adaptive(1, 1)],
    [[3, 5, 7, 3], adaptive(2, 2)],
    [[1, 20, 33, 31], adaptive(1, 1)],
    [[2, 44, 5, 4], adaptive(3, 7)],
  ] as const)('of %s to %o', async (shape, attributes) => {
    const x = filled(`adaptive/${shapeText(shape)}`, shape);
    await checkOperator(adaptiveAvgPool2d, { x }, attributes, adaptiveAvgPool2dReference(x, attributes));
  });

  it('reads and writes slices of other images', async () => {
    await checkEmbedded(adaptiveAvgPool2d, adaptive(4, 3), (x) => adaptiveAvgPool2dReference(x, adaptive(4, 3)));
  });
});
