// The graph: order, rewriting, readers, and its text.

import { describe, expect, it } from 'vitest';
import { consumers, graphOf, rewrite } from '../../../src/runtime/graph/graph.ts';
import { print } from '../../../src/runtime/graph/print.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';
import type { Value } from '../../../src/runtime/graph/value.ts';
import { leakyRelu, relu, sigmoid } from '../../../src/wgsl/activation/activation.ts';
import { add } from '../../../src/wgsl/elementwise/elementwise.ts';
import { flatten } from '../../../src/wgsl/flatten/flatten.ts';
import { cat, conv, dense, image, norm } from '../../support/nets.ts';

function chain(length: number): Value {
  let x = image();
  for (let i = 0; i < length; i++) x = relu.of({ x }, {}, `relu${i}`);
  return x;
}

describe('graphOf', () => {
  it('puts every value after its inputs, once', () => {
    const x = image();
    const a = relu.of({ x }, {}, 'a');
    const b = add.of({ a, b: x }, {}, 'b');
    const c = add.of({ a: b, b: a }, {}, 'c');
    const { values } = graphOf({ c, b });
    expect(values.map(({ name }) => name)).toEqual(['image', 'a', 'b', 'c']);
  });

  it('walks chains of any length', () => {
    const graph = graphOf({ y: chain(10_000) });
    expect(graph.values).toHaveLength(10_001);
    const same = rewrite(graph, () => undefined);
    expect(same.values.every((value, i) => value === graph.values[i])).toBe(true);
    expect(print(graph).split('\n')).toHaveLength(10_002);
  });

  it('leaves out what no output needs', () => {
    const x = image();
    relu.of({ x }, {}, 'unused');
    expect(graphOf({ y: sigmoid.of({ x }, {}, 'y') }).values.map(({ name }) => name)).toEqual(['image', 'y']);
  });
});

describe('rewrite', () => {
  it('hands the rule rewritten inputs and the value as it was, and keeps what is not touched', () => {
    const x = image();
    const kept = sigmoid.of({ x }, {}, 'kept');
    const a = relu.of({ x }, {}, 'a');
    const b = relu.of({ x: a }, {}, 'b');
    const seen: [string, boolean][] = [];
    const graph = rewrite(graphOf({ b, kept }), (value, before) => {
      if (value.name === 'b') seen.push([value.inputs.x?.name ?? '', before === b]);
      return before === a ? value.inputs.x : undefined;
    });
    expect(seen).toEqual([['image', true]]);
    expect(graph.outputs.kept).toBe(kept);
    expect(b.inputs.x).toBe(a);
    expect(graph.values.map(({ name }) => name)).toEqual(['image', 'b', 'kept']);
  });

  it('replaces an output, and one that is read elsewhere too', () => {
    const x = image();
    const a = relu.of({ x }, {}, 'a');
    const graph = rewrite(graphOf({ a, b: relu.of({ x: a }, {}, 'b') }), (_, before) =>
      before === a ? sigmoid.of({ x }, {}, 'other') : undefined,
    );
    expect(graph.outputs.a?.name).toBe('other');
    expect(graph.outputs.b?.inputs.x).toBe(graph.outputs.a);
  });
});

it('consumers are listed in order, twice where an operator reads twice', () => {
  const x = image();
  const a = relu.of({ x }, {}, 'a');
  const twice = add.of({ a, b: a }, {}, 'twice');
  const last = add.of({ a: twice, b: a }, {}, 'last');
  const readers = consumers(graphOf({ last }));
  expect(readers.get(a)?.map(({ name }) => name)).toEqual(['twice', 'twice', 'last']);
  expect(readers.get(last)).toEqual([]);
});

it('print shows shapes, attributes that say something, and parameters by name', () => {
  const root = Scope.root();
  const x = image(8, 3);
  const features = norm(root.at('bn'), conv(root.at('conv'), x, 4, { kernel: 3, stride: 2, bias: true }));
  const both = cat('cat', leakyRelu.of({ x: features }, { slope: 0.2 }, 'act'), features);
  const y = dense(root.at('fc'), flatten.of({ x: both }, {}, 'flatten'), 10);
  expect(print(graphOf({ y, both }))).toMatchInlineSnapshot(`
    "%0: f32[n,3,8,8] = input image
    %1: f32[n,4,4,4] = conv2d(%0, conv.weight, bias=conv.bias) stride=[2,2] padding=[1,1,1,1] dilation=[1,1] groups=1
    %2: f32[n,4,4,4] = batch_norm(%1, weight=bn.weight, bias=bn.bias, running_mean=bn.running_mean, running_var=bn.running_var) eps=0.00001 momentum=0.1
    %3: f32[n,4,4,4] = leaky_relu(%2) slope=0.2
    %4: f32[n,8,4,4] = concat(%3, %2)
    %5: f32[n,128] = flatten(%4)
    %6: f32[n,10] = linear(%5, fc.weight, bias=fc.bias)
    y = %6
    both = %4"
  `);
});
