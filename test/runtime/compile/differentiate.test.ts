// Gradients as graph nodes: what is added up, what is left out, and what has none.

import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src/runtime/compile/differentiate.ts';
import { GraphError } from '../../../src/runtime/errors.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { print } from '../../../src/runtime/graph/print.ts';
import { input, Scope } from '../../../src/runtime/graph/scope.ts';
import type { Value } from '../../../src/runtime/graph/value.ts';
import { batchStatistics } from '../../../src/wgsl/batch_norm/batch_statistics.ts';
import { add } from '../../../src/wgsl/elementwise/elementwise.ts';
import { linear } from '../../../src/wgsl/linear/linear.ts';
import { dense, image } from '../../support/nets.ts';

const seedOf = (of: Value) => ({ of, gradient: input('dy', of.shape) });

describe('differentiate', () => {
  it('adds up what comes from several readers, in rows and in images', () => {
    const x = input('x', ['n', 4]);
    const w = Scope.root().parameter('w', [4, 4], { law: 'constant', value: 0 });
    const once = linear.of({ x, w }, {}, 'once');
    const twice = linear.of({ x: once, w }, {}, 'twice');
    const y = add.of({ a: once, b: twice }, {}, 'sum');
    const found = differentiate([seedOf(y)], new Set([w, once]));
    expect(print(graphOf({ dw: found.get(w)!, once: found.get(once)! }))).toMatchInlineSnapshot(`
      "%0: f32[n,4] = input x
      %1: f32[n,4] = linear(%0, w)
      %2: f32[n,4] = input dy
      %3: f32[4,4] = linear_weight_gradient(%1, dy=%2)
      %4: f32[n,4] = linear_input_gradient(dy=%2, w)
      %5: f32[n,4] = add(%2, %4)
      %6: f32[4,4] = linear_weight_gradient(%0, dy=%5)
      %7: f32[4,4] = add_rows(%3, %6)
      dw = %7
      once = %5"
    `);
  });

  it('goes only where something wanted is', () => {
    const root = Scope.root();
    const frozen = dense(root.at('frozen'), image(1), 4);
    const last = dense(root.at('last'), frozen, 4);
    const { w, bias } = last.inputs;
    const found = differentiate([seedOf(last)], new Set([w!, bias!]));
    expect(new Set(found.keys())).toEqual(new Set([w, bias]));
    expect(print(graphOf({ dw: found.get(w!)! }))).not.toContain('dx');
    expect(differentiate([seedOf(frozen)], new Set([w!])).size).toBe(0);
  });

  it('names what has no rule, and a seed of another shape', () => {
    const x = image();
    const statistics = batchStatistics.of({ x }, {}, 'norm');
    expect(() => differentiate([seedOf(statistics)], new Set([x]))).toThrow(
      new GraphError('unknown_operator', 'batch_statistics(norm) has no gradient'),
    );
    const y = dense(Scope.root().at('fc'), image(1), 4);
    expect(() => differentiate([{ of: y, gradient: x }], new Set([y]))).toThrow(
      new GraphError('shape_mismatch', 'the gradient of linear is [n,8,8,8], not [n,4,1,1]'),
    );
  });
});
