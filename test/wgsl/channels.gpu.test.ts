// Operators that move channels: concat, slice, split and chunk, channel shuffle, interleave.

import { describe, expect, it } from 'vitest';
import { relu } from '../../src/wgsl/activation/activation.ts';
import { channelShuffleReference } from '../../src/wgsl/channel_shuffle/channel_shuffle.ref.ts';
import { channelShuffle } from '../../src/wgsl/channel_shuffle/channel_shuffle.ts';
import { interleaveReference } from '../../src/wgsl/channel_shuffle/interleave.ref.ts';
import { interleave } from '../../src/wgsl/channel_shuffle/interleave.ts';
import { concatReference } from '../../src/wgsl/concat/concat.ref.ts';
import { concat } from '../../src/wgsl/concat/concat.ts';
import { conv2dReference } from '../../src/wgsl/conv2d/conv2d.ref.ts';
import { conv2d } from '../../src/wgsl/conv2d/conv2d.ts';
import { mul } from '../../src/wgsl/elementwise/elementwise.ts';
import { sliceReference } from '../../src/wgsl/slice/slice.ref.ts';
import { slice } from '../../src/wgsl/slice/slice.ts';
import { chunk, split } from '../../src/wgsl/slice/split.ts';
import { checkEmbedded, checkOperator, checkValue } from '../support/check.ts';
import { apply, filled, graphInput, type TestTensor } from '../support/operators.ts';

const one: TestTensor = { shape: [1], data: Float32Array.of(1), parameter: true };

describe('concat', () => {
  const cases: { shape: number[]; more: number[] }[] = [
    { shape: [1, 1, 1, 1], more: [1] },
    { shape: [3, 5, 3, 2], more: [12, 20, 1] },
    { shape: [2, 8, 2, 5], more: [8, 4, 8] },
    { shape: [3, 5], more: [8, 3] },
    { shape: [1, 16], more: [8] },
  ];
  it.each(cases)('of $shape and $more more channels', async ({ shape, more }) => {
    const parts = [shape[1]!, ...more].map((channels, i) => filled(`concat/${i}`, shape.with(1, channels)));
    const tensors = Object.fromEntries(parts.map((part, i) => [`p${i}`, part]));
    // Made by operators, so that whole vectors of them are written in place.
    const made = parts.map((part, i) =>
      mul.of({ a: graphInput(`p${i}`, part), b: graphInput('one', one) }, {}, `made${i}`),
    );
    const value = concat.of(Object.fromEntries(made.entries()), {}, 'concat');
    await checkValue(value, { ...tensors, one }, concatReference(parts));
  });

  it('of parts that are made from each other, and of slices of its own parts', async () => {
    const x = filled('concat/x', [2, 8, 3, 3], 1, 2);
    const first = relu.of({ x: graphInput('x', x) }, {}, 'first');
    const second = relu.of({ x: first }, {}, 'second');
    for (const order of [
      [first, second],
      [second, first],
      [first, slice.of({ x: first }, { from: 0, to: 8 }, 'view')],
      [relu.of({ x: slice.of({ x: first }, { from: 0, to: 8 }, 'view') }, {}, 'third'), first],
    ])
      await checkValue(concat.of(Object.fromEntries(order.entries()), {}, 'concat'), { x }, concatReference([x, x]));
  });

  it('reads and writes slices of other images', async () => {
    const second = filled('concat/other', [2, 8, 6, 5], 1, 2);
    await checkEmbedded(concat, {}, (x) => concatReference([x, second]), { input: '0', others: { 1: second } });
  });

  it('refuses parts of other sizes', () => {
    const parts = { 0: filled('a', [1, 2, 3, 3]), 1: filled('b', [1, 2, 3, 4]) };
    expect(() => apply(concat, parts, {})).toThrow('parts may differ in channels only: [n,2,3,3] and [n,2,3,4]');
  });
});

describe('slice', () => {
  it.each([
    [[1, 1, 1, 1], 0, 1],
    [[3, 12, 3, 2], 5, 10],
    [[2, 20, 1, 4], 4, 20],
    [[2, 24, 2, 2], 8, 24],
    [[3, 20], 7, 8],
    [[2, 32], 16, 24],
  ] as const)('of %s from %d to %d', async (shape, from, to) => {
    const x = filled(`slice/${shape.join('x')}`, shape);
    await checkOperator(slice, { x }, { from, to }, sliceReference(x, { from, to }));
  });

  it('is what the next operator reads, where nothing was copied', async () => {
    const x = filled('slice/read', [2, 24, 5, 4]);
    const attributes = { from: 8, to: 16 };
    const part = slice.of({ x: graphInput('x', x) }, attributes, 'part');
    const w = filled('slice/w', [5, 8, 3, 3], 0.5, 0, true);
    const taken = { shape: [2, 8, 5, 4], data: Float32Array.from(sliceReference(x, attributes).y) };
    const geometry = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const;
    const mutable = structuredClone(geometry) as never;
    const reference = conv2dReference({ x: taken, w }, mutable);
    const value = conv2d.of({ x: part, w: graphInput('w', w) }, mutable, 'conv');
    await checkValue(value, { x, w }, { ...reference, granted: new Float64Array(reference.y.length) });
  });

  it('reads and writes slices of other images', async () => {
    await checkEmbedded(slice, { from: 3, to: 7 }, (x) => sliceReference(x, { from: 3, to: 7 }));
    await checkEmbedded(slice, { from: 0, to: 8 }, (x) => sliceReference(x, { from: 0, to: 8 }));
  });

  it('splits as torch does, and refuses what does not add up', () => {
    const x = graphInput('x', filled('x', [1, 7, 2, 2]));
    expect(chunk(x, 3, 'c').map(({ shape }) => shape[1])).toEqual([3, 3, 1]);
    expect(chunk(x, 5, 'c').map(({ shape }) => shape[1])).toEqual([2, 2, 2, 1]);
    expect(split(x, [1, 6], 's').map(({ attributes }) => attributes)).toEqual([
      { from: 0, to: 1 },
      { from: 1, to: 7 },
    ]);
    expect(() => split(x, [3, 3], 's')).toThrow('split(s): sizes 3,3 do not add up to 7 channels');
    expect(() => chunk(x, 0, 'c')).toThrow('chunk(c): chunks must be a positive integer and is 0');
    expect(() => slice.of({ x }, { from: 4, to: 8 }, 's')).toThrow('slice(s): channels 4 up to 8 are not within');
  });
});

describe('channel_shuffle', () => {
  it.each([
    [[1, 1, 1, 1], 1],
    [[3, 10, 3, 1], 5],
    [[2, 24, 2, 3], 3],
  ] as const)('of %s in %d groups', async (shape, groups) => {
    const x = filled(`shuffle/${shape.join('x')}`, shape);
    await checkOperator(channelShuffle, { x }, { groups }, channelShuffleReference(x, { groups }));
  });

  it('reads and writes slices of other images', async () => {
    await checkEmbedded(channelShuffle, { groups: 2 }, (x) => channelShuffleReference(x, { groups: 2 }));
  });

  it('refuses groups that do not divide the channels', () => {
    expect(() => apply(channelShuffle, { x: filled('x', [1, 6, 1, 1]) }, { groups: 4 })).toThrow(
      'channel_shuffle(channel_shuffle): 6 channels do not divide into 4 groups',
    );
  });
});

describe('interleave', () => {
  it.each([
    [[1, 1, 1, 1], 0, 2],
    [[3, 10, 3, 1], 0, 20],
    [[2, 13, 2, 3], 13, 26],
    [[2, 12, 5, 2], 4, 11],
    [[2, 12, 1, 2], 5, 6],
  ] as const)('of two %s, channels %d up to %d', async (shape, from, to) => {
    const [a, b] = ['a', 'b'].map((name) => filled(`interleave/${name}`, shape)) as [TestTensor, TestTensor];
    await checkOperator(interleave, { a, b }, { from, to }, interleaveReference(a, b, { from, to }));
  });

  it('reads and writes slices of other images', async () => {
    const b = filled('interleave/other', [2, 8, 6, 5], 1, 2);
    const attributes = { from: 3, to: 11 };
    await checkEmbedded(interleave, attributes, (a) => interleaveReference(a, b, attributes), {
      input: 'a',
      others: { b },
    });
  });

  it('refuses images of other sizes, and channels that are not there', () => {
    const [a, b] = [filled('a', [1, 6, 1, 1]), filled('b', [1, 6, 1, 2])];
    expect(() => apply(interleave, { a, b }, { from: 0, to: 4 })).toThrow('[n,6,1,1] and [n,6,1,2] differ');
    expect(() => apply(interleave, { a, b: a }, { from: 8, to: 13 })).toThrow(
      'interleave(interleave): channels 8 up to 13 are not within twice [n,6,1,1]',
    );
  });
});
