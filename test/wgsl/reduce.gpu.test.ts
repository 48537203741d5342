// Sums of channels over all pixels.

import { describe, expect, it } from 'vitest';
import { compile } from '../../src/runtime/compile/compile.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { channelSumReference } from '../../src/wgsl/reduce/channel_sum.ref.ts';
import { channelSum } from '../../src/wgsl/reduce/channel_sum.ts';
import { checkOperator } from '../support/check.ts';
import { checkEmbeddedRows } from '../support/embedded_rows.ts';
import { discrete } from '../support/facts.ts';
import { apply, filled } from '../support/operators.ts';

describe('channel_sum', () => {
  it.each([
    [[1, 1, 1, 1]],
    [[3, 5, 3, 5]],
    [[2, 13, 9, 4]],
    [[5, 24, 7, 7]],
    [[1, 6, 40, 3]],
    [[9, 20, 1, 33]],
    [[17, 10]],
    [[2, 130]],
  ])('of %s', async (shape) => {
    const x = filled(`channel_sum/${shape.join('x')}`, shape);
    await checkOperator(channelSum, { x }, {}, channelSumReference(x));
  });

  it('reads slices of images with a halo', async () => {
    const x = filled('channel_sum/embedded', [2, 8, 6, 5], 1, 1.5);
    await checkEmbeddedRows(channelSum, { x }, {}, channelSumReference(x));
  });

  it('cuts many pixels into chunks', () => {
    const steps = (shape: number[]) => {
      const value = apply(channelSum, { x: filled('x', shape) }, {});
      const { run } = compile(graphOf({ y: value }), discrete);
      return run.map(({ kernel }) => kernel.name);
    };
    expect(steps([1, 8, 4, 4])).toEqual(['rows_to_image', 'channel_sum', 'sum_chunks']);
    expect(steps([1, 8, 3, 4])).toEqual(['rows_to_image', 'channel_sum']);
  });
});
