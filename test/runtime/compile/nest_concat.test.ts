// Concatenations that begin as others do take those in.

import { expect, it } from 'vitest';
import { nestConcat } from '../../../src/runtime/compile/nest_concat.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { print } from '../../../src/runtime/graph/print.ts';
import { relu } from '../../../src/wgsl/activation/activation.ts';
import { cat, image } from '../../support/nets.ts';

it('takes the longest that comes before', () => {
  const x = image();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => relu.of({ x }, {}, name));
  const outputs = { two: cat('two', x, a!), three: cat('three', x, a!, b!), four: cat('four', x, a!, b!, c!, a!) };
  expect(print(nestConcat(graphOf(outputs)))).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[n,8,8,8] = relu(%0)
    %2: f32[n,16,8,8] = concat(%0, %1)
    %3: f32[n,8,8,8] = relu(%0)
    %4: f32[n,24,8,8] = concat(%2, %3)
    %5: f32[n,8,8,8] = relu(%0)
    %6: f32[n,40,8,8] = concat(%4, %5, %1)
    two = %2
    three = %4
    four = %6"
  `);
});

it('leaves alone what begins otherwise, ends there, or comes first', () => {
  const x = image();
  const [a, b] = ['a', 'b'].map((name) => relu.of({ x }, {}, name));
  for (const graph of [
    graphOf({ y: cat('one', x, a!), z: cat('other', a!, x, b!) }),
    graphOf({ y: cat('one', x, a!), z: cat('other', x, a!) }),
    graphOf({ y: cat('one', x, a!, b!), z: cat('other', x, a!) }),
  ])
    expect(print(nestConcat(graph))).toBe(print(graph));
});

it('goes on with what it has changed', () => {
  const x = image();
  const two = cat('two', x, relu.of({ x }, {}, 'a'));
  const b = relu.of({ x: two }, {}, 'b');
  const three = cat('three', ...Object.values(two.inputs), b);
  const c = relu.of({ x: three }, {}, 'c');
  expect(print(nestConcat(graphOf({ y: cat('four', ...Object.values(three.inputs), c) })))).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[n,8,8,8] = relu(%0)
    %2: f32[n,16,8,8] = concat(%0, %1)
    %3: f32[n,16,8,8] = relu(%2)
    %4: f32[n,32,8,8] = concat(%2, %3)
    %5: f32[n,32,8,8] = relu(%4)
    %6: f32[n,64,8,8] = concat(%4, %5)
    y = %6"
  `);
});
