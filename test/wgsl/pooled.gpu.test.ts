// A 3x3 convolution and the max pooling of what it makes, at once, by every kernel against the float64 reference.

import { expect, it } from 'vitest';
import { maxPool2dReference } from '../../src/wgsl/pool/pool.ref.ts';
import { pooledConv2d } from '../../src/wgsl/pooled/pooled_conv2d.ts';
import type { Reference } from '../../src/wgsl/shared/reference.ref.ts';
import { type ConvolutionAttributes, convolution, summedBy } from '../support/convolutions.ts';
import { apply, boundOf, candidates, filled, runValue, worst } from '../support/operators.ts';

const windows = { kernel: [2, 2], stride: null, padding: [0, 0], ceilMode: false, dilation: [1, 1] } as const;

/** No maximum is further off than what is furthest off of its window. */
function pooled(reference: Reference): Reference {
  const of = (data: Float64Array) => maxPool2dReference({ shape: reference.shape, data }, windows as never);
  const { shape, y } = of(reference.y);
  return { ...reference, shape, y, terms: of(reference.terms).y, granted: new Float64Array(y.length) };
}

// [batch, C, H, W], filters, padding, whether a ReLU follows
const cases: [string, [number, number, number, number], number, number, boolean][] = [
  ['whole tiles', [2, 40, 8, 12], 36, 1, true],
  ['odd sizes, whose last row and column are left', [1, 33, 11, 9], 50, 1, true],
  ['without padding, half a tile', [3, 34, 8, 7], 33, 0, false],
  ['few channels', [2, 3, 6, 10], 8, 1, true],
];

it.each(cases)('%s', async (name, shape, filters, pad, relu) => {
  const tensors = {
    x: filled(`${name}/x`, shape),
    w: filled(`${name}/w`, [filters, shape[1], 3, 3], 1, 0, true),
    bias: filled(`${name}/bias`, [filters], 1, 0, true),
  };
  const padding = [pad, pad, pad, pad] as [number, number, number, number];
  const attributes: ConvolutionAttributes = {
    stride: [1, 1],
    padding,
    dilation: [1, 1],
    groups: 1,
    ...(relu && { activation: 'relu' }),
  };
  const reference = convolution(tensors, attributes);
  const expected = pooled(reference);
  const value = apply(pooledConv2d, tensors, { padding, activation: relu ? 'relu' : null });
  const names = await candidates(value);
  const wide = Math.min(shape[1], filters) >= 32;
  expect(names).toEqual(['conv2d_direct_pooled', 'conv2d_tile_pooled', ...(wide ? ['winograd_tile_pooled'] : [])]);
  for (const kernel of names) {
    const summed = summedBy(kernel.replace('_pooled', ''), reference, tensors, attributes);
    const run = await runValue(value, tensors, kernel);
    expect(run.shape).toEqual(expected.shape);
    expect(worst(run.y, expected.y, boundOf(pooled(summed))), kernel).toBeNull();
    expect(run.strayWrites, kernel).toBe(0);
  }
});

it('gives NaN where a window holds one', async () => {
  const x = filled('nan/x', [1, 32, 8, 8]);
  x.data[0] = Number.NaN;
  const w = filled('nan/w', [32, 32, 3, 3], 1, 0, true);
  const value = apply(pooledConv2d, { x, w }, { padding: [1, 1, 1, 1] });
  const plain = await runValue(value, { x, w }, 'conv2d_direct_pooled');
  // The NaN reaches what the definition has it reach, and by Winograd the rest of its tile.
  const tile = await runValue(value, { x, w }, 'winograd_tile_pooled');
  expect(plain.y[0]).toBeNaN();
  for (const [i, y] of plain.y.entries()) if (Number.isNaN(y)) expect(tile.y[i], `${i}`).toBeNaN();
  expect(tile.y.some((y) => !Number.isNaN(y))).toBe(true);
});
