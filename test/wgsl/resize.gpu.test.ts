// Resizing and padding against their references and torch.

import { describe, expect, it } from 'vitest';
import { padReference } from '../../src/wgsl/pad/pad.ref.ts';
import { type PadAttributes, pad } from '../../src/wgsl/pad/pad.ts';
import { resizeReference } from '../../src/wgsl/resize/resize.ref.ts';
import { type ResizeAttributes, resize } from '../../src/wgsl/resize/resize.ts';
import { checkEmbedded, checkOperator, checkReference } from '../support/check.ts';
import { apply, filled } from '../support/operators.ts';
import { oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

describe('resize', async () => {
  const oracle = await oracleCases('resize');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));

  // The other cases are about pictures, not about this operator.
  it.each(oracle?.filter(({ op }) => op === 'interpolate') ?? [])('$name', async (test) => {
    const { mode, size, antialias } = test.attrs as unknown as ResizeAttributes;
    const attributes = { mode, size, antialias };
    const x = oracleInput(test, 'x');
    const reference = resizeReference(x, attributes);
    checkReference(reference, test.out.y!);
    await checkOperator(resize, { x }, attributes, reference);
  });

  it.each([
    [
      [1, 1, 1, 1],
      [3, 1],
    ],
    [
      [3, 5, 2, 7],
      [1, 20],
    ],
    [
      [1, 12, 40, 3],
      [1, 1],
    ],
    [
      [1, 20, 9, 9],
      [9, 3],
    ],
  ] as const)('of %s to %s', async (shape, size) => {
    const x = filled(`resize/${shape.join('x')}`, shape);
    for (const mode of ['bilinear', 'bicubic'] as const)
      for (const antialias of [true, false]) {
        const attributes: ResizeAttributes = { size: [...size], mode, antialias };
        await checkOperator(resize, { x }, attributes, resizeReference(x, attributes));
      }
  });

  it('reads and writes slices of other images', async () => {
    const attributes: ResizeAttributes = { size: [4, 9], mode: 'bicubic', antialias: true };
    await checkEmbedded(resize, attributes, (x) => resizeReference(x, attributes));
  });

  it('refuses sizes whose product passes 32 bits', () => {
    expect(() => apply(resize, { x: filled('x', [1, 1, 1, 40_000]) }, { size: [1, 40_000] })).toThrow(
      'resize(resize): 40000 pixels cannot be resized to 40000',
    );
  });
});

describe('pad', () => {
  it.each([
    [[1, 1, 1, 1], { padding: [0, 0, 0, 0], channels: 0, value: 0 }],
    [[3, 5, 3, 2], { padding: [1, 2, 3, 4], channels: 2, value: 0 }],
    [[2, 12, 2, 5], { padding: [0, 3, 1, 0], channels: 0, value: -1.5 }],
    [[1, 20, 1, 1], { padding: [2, 0, 0, 2], channels: 20, value: 0.1 }],
    [[2, 16, 4, 3], { padding: [0, 0, 0, 0], channels: 16, value: 0 }],
    [[1, 3, 2, 3], { padding: [0, 0, 0, 0], channels: 6, value: 2.5 }],
  ] as const)('of %s with %o', async (shape, given) => {
    const x = filled(`pad/${shape.join('x')}`, shape);
    const attributes: PadAttributes = { ...given, padding: [...given.padding] };
    await checkOperator(pad, { x }, attributes, padReference(x, attributes));
  });

  it('reads and writes slices of other images', async () => {
    const attributes: PadAttributes = { padding: [1, 2, 0, 3], channels: 8, value: 7 };
    await checkEmbedded(pad, attributes, (x) => padReference(x, attributes));
  });
});
