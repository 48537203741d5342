// A depthwise separable convolution at once, against the float64 reference: where copies are read as texels, and nowhere else.

import { expect, it } from 'vitest';
import { readsTexels } from '../../src/wgsl/conv2d/broadcast_lanes.ts';
import { separableReference } from '../../src/wgsl/separable/separable_conv2d.ref.ts';
import { type SeparableAttributes, separableConv2d } from '../../src/wgsl/separable/separable_conv2d.ts';
import { testDevice } from '../support/gpu.ts';
import { apply, boundOf, candidates, filled, runValue, worst } from '../support/operators.ts';

type Between = SeparableAttributes['between'];

// [batch, C, H, W], filters, kernel, stride, padding, what is between, a residual
const cases: [string, [number, number, number, number], number, [number, number], number, number, Between, boolean][] =
  [
    ['3x3 and ReLU6', [1, 20, 9, 11], 36, [3, 3], 1, 1, 'relu6', false],
    ['3x3 that halves, residual', [2, 36, 12, 15], 16, [3, 3], 2, 1, 'relu', true],
    ['5x3 without padding, odd counts', [3, 9, 13, 7], 70, [5, 3], 1, 0, null, false],
    ['a batch norm', [2, 44, 7, 6], 24, [1, 1], 1, 0, 'relu', false],
    ['a batch norm of one pixel', [1, 12, 1, 1], 5, [1, 1], 1, 0, null, true],
  ];

it.each(cases)('%s', async (name, [n, c, h, w], filters, kernel, stride, pad, between, added) => {
  const [p, q] = [h, w].map((size, axis) => Math.floor((size + 2 * pad - kernel[axis]!) / stride) + 1) as [
    number,
    number,
  ];
  const tensors = {
    x: filled(`${name}/x`, [n, c, h, w], 4),
    d: filled(`${name}/d`, [c, 1, ...kernel], 1, 0, true),
    d_bias: filled(`${name}/d_bias`, [c], 1, 0, true),
    w: filled(`${name}/w`, [filters, c, 1, 1], 1, 0, true),
    ...(!added && { bias: filled(`${name}/bias`, [filters], 1, 0, true) }),
    ...(added && { residual: filled(`${name}/residual`, [n, filters, p, q]) }),
  };
  const attributes = {
    kernel,
    stride: [stride, stride],
    padding: [pad, pad, pad, pad],
    between,
  } satisfies Partial<SeparableAttributes>;
  const reference = separableReference(tensors, {
    ...attributes,
    stride: [stride, stride],
    padding: [pad, pad, pad, pad],
  });
  const value = apply(separableConv2d, tensors, attributes);
  const { facts } = await testDevice();
  const names = await candidates(value);
  expect(names).toEqual(readsTexels({ facts }) ? ['separable_texels'] : []);
  for (const kernelName of names) {
    const run = await runValue(value, tensors, kernelName);
    expect(run.shape).toEqual(reference.shape);
    expect(worst(run.y, reference.y, boundOf(reference))).toBeNull();
    expect(run.strayWrites).toBe(0);
  }
});
