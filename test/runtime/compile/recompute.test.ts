// What the backward pass reads is made again, from what is kept.

import { expect, it } from 'vitest';
import { recompute } from '../../../src/runtime/compile/recompute.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { print } from '../../../src/runtime/graph/print.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';
import { relu, tanh } from '../../../src/wgsl/activation/activation.ts';
import { add } from '../../../src/wgsl/elementwise/elementwise.ts';
import { dense, image } from '../../support/nets.ts';

/** Three layers, and sums that stand for a backward pass: each reads what the activations gave. */
function net() {
  const root = Scope.root();
  let x = image(1);
  const activated = [];
  for (const name of ['a', 'b', 'c']) {
    x = tanh.of({ x: dense(root.at(name), x, 8, { bias: false }) }, {}, `${name}.act`);
    activated.push(x);
  }
  const forward = new Set(graphOf({ y: x }).values);
  let dy = relu.of({ x }, {}, 'back');
  for (const [i, y] of activated.toReversed().entries()) dy = add.of({ a: dy, b: y }, {}, `back${i}`);
  return { graph: graphOf({ y: x, dy }), forward };
}

it('keeps everything, or makes again what costs little', () => {
  const { graph, forward } = net();
  expect(recompute(graph, forward, 'all')).toBe(graph);
  expect(print(recompute(graph, forward, 'products'))).toMatchInlineSnapshot(`
    "%0: f32[n,8,1,1] = input image
    %1: f32[n,8,1,1] = linear(%0, a.weight)
    %2: f32[n,8,1,1] = tanh(%1)
    %3: f32[n,8,1,1] = linear(%2, b.weight)
    %4: f32[n,8,1,1] = tanh(%3)
    %5: f32[n,8,1,1] = linear(%4, c.weight)
    %6: f32[n,8,1,1] = tanh(%5)
    %7: f32[n,8,1,1] = relu(%6)
    %8: f32[n,8,1,1] = add(%7, %6)
    %9: f32[n,8,1,1] = tanh(%3)
    %10: f32[n,8,1,1] = add(%8, %9)
    %11: f32[n,8,1,1] = tanh(%1)
    %12: f32[n,8,1,1] = add(%10, %11)
    y = %6
    dy = %12"
  `);
});

it('makes products again too where memory wants it, and never the ends', () => {
  const { graph, forward } = net();
  expect(print(recompute(graph, forward, { everyCut: 2 }))).toMatchInlineSnapshot(`
    "%0: f32[n,8,1,1] = input image
    %1: f32[n,8,1,1] = linear(%0, a.weight)
    %2: f32[n,8,1,1] = tanh(%1)
    %3: f32[n,8,1,1] = linear(%2, b.weight)
    %4: f32[n,8,1,1] = tanh(%3)
    %5: f32[n,8,1,1] = linear(%4, c.weight)
    %6: f32[n,8,1,1] = tanh(%5)
    %7: f32[n,8,1,1] = relu(%6)
    %8: f32[n,8,1,1] = add(%7, %6)
    %9: f32[n,8,1,1] = tanh(%1)
    %10: f32[n,8,1,1] = linear(%9, b.weight)
    %11: f32[n,8,1,1] = tanh(%10)
    %12: f32[n,8,1,1] = add(%8, %11)
    %13: f32[n,8,1,1] = add(%12, %9)
    y = %6
    dy = %13"
  `);
});
