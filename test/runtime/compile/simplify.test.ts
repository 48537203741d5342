// Channel shuffles of concatenations, and slices of these.

import { expect, it } from 'vitest';
import { simplify } from '../../../src/runtime/compile/simplify.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { print } from '../../../src/runtime/graph/print.ts';
import { relu } from '../../../src/wgsl/activation/activation.ts';
import { channelShuffle } from '../../../src/wgsl/channel_shuffle/channel_shuffle.ts';
import { chunk } from '../../../src/wgsl/slice/split.ts';
import { cat, image } from '../../support/nets.ts';

const x = image();
const a = relu.of({ x }, {}, 'a');
const shuffled = channelShuffle.of({ x: cat('cat', x, a) }, { groups: 2 }, 'shuffle');

it('reads the parts, and makes of them what is read', () => {
  const [left, right] = chunk(shuffled, 2, 'chunk');
  expect(print(simplify(graphOf({ left: left!, right: right! })))).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[n,8,8,8] = relu(%0)
    %2: f32[n,8,8,8] = interleave(%0, %1) from=0 to=8
    %3: f32[n,8,8,8] = interleave(%0, %1) from=8 to=16
    left = %2
    right = %3"
  `);
});

it('keeps the whole where it is read too', () => {
  const [, right] = chunk(shuffled, 2, 'chunk');
  expect(print(simplify(graphOf({ y: cat('y', shuffled, right!) })))).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[n,8,8,8] = relu(%0)
    %2: f32[n,16,8,8] = interleave(%0, %1) from=0 to=16
    %3: f32[n,8,8,8] = interleave(%0, %1) from=8 to=16
    %4: f32[n,24,8,8] = concat(%2, %3)
    y = %4"
  `);
});

it('leaves alone other groups, other parts and lone shuffles', () => {
  const shuffle = (from: typeof x, groups: number) => channelShuffle.of({ x: from }, { groups }, 'shuffle');
  for (const y of [
    shuffle(cat('cat', x, a), 4),
    shuffle(cat('cat', x, a, a), 2),
    shuffle(cat('cat', x, cat('two', x, a)), 2),
    shuffle(a, 2),
  ]) {
    const graph = graphOf({ y });
    expect(print(simplify(graph))).toBe(print(graph));
  }
});
