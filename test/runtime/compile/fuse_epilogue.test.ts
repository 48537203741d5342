// Activations and residual additions before and after they move into the operator that made their input.

import { expect, it } from 'vitest';
import { foldBatchNorm } from '../../../src/runtime/compile/fold_batch_norm.ts';
import { fuseEpilogue } from '../../../src/runtime/compile/fuse_epilogue.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { print } from '../../../src/runtime/graph/print.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';
import type { Value } from '../../../src/runtime/graph/value.ts';
import { leakyRelu, relu, relu6, sigmoid } from '../../../src/wgsl/activation/activation.ts';
import { add, mul } from '../../../src/wgsl/elementwise/elementwise.ts';
import { flatten } from '../../../src/wgsl/flatten/flatten.ts';
import { conv, dense, image, norm } from '../../support/nets.ts';

const fused = (outputs: Record<string, Value>) => print(fuseEpilogue(graphOf(outputs)));
const unchanged = (outputs: Record<string, Value>) => {
  const graph = graphOf(outputs);
  expect(print(fuseEpilogue(graph))).toBe(print(graph));
};

function two() {
  const root = Scope.root();
  const x = image();
  return { root, x, main: conv(root.at('main'), x, 8), side: conv(root.at('side'), x, 8) };
}

it('takes an activation into the convolution, the output of the graph included', () => {
  const { main } = two();
  expect(fused({ y: relu.of({ x: main }, {}, 'relu') })).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[n,8,8,8] = conv2d(%0, main.weight) stride=[1,1] padding=[0,0,0,0] dilation=[1,1] groups=1 activation=relu
    y = %1"
  `);
  expect(fused({ y: relu6.of({ x: main }, {}, 'relu6') })).toContain('activation=relu6');
  expect(fused({ y: leakyRelu.of({ x: main }, { slope: 0.2 }, 'act') })).toContain('activation=leaky_relu slope=0.2');
});

it('takes an activation into linear layers, norms, sums and products too', () => {
  const { root, x } = two();
  const fc = dense(root.at('fc'), flatten.of({ x: image(1) }, {}, 'flatten'), 10);
  for (const source of [
    fc,
    norm(root.at('bn'), x),
    add.of({ a: x, b: x }, {}, 'sum'),
    mul.of({ a: x, b: x }, {}, 'mul'),
  ])
    expect(fused({ y: relu.of({ x: source }, {}, 'relu') })).toMatch(
      /= (linear|batch_norm|add|mul)\(.*activation=relu\n/,
    );
});

it('takes a sum and its activation into the convolution, whichever operand that is', () => {
  const { main, x } = two();
  const sum = (a: Value, b: Value) => ({ y: relu.of({ x: add.of({ a, b }, {}, 'sum') }, {}, 'relu') });
  expect(fused(sum(main, x))).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[n,8,8,8] = conv2d(%0, main.weight, residual=%0) stride=[1,1] padding=[0,0,0,0] dilation=[1,1] groups=1 activation=relu
    y = %1"
  `);
  expect(fused(sum(x, main))).toBe(fused(sum(main, x)));
});

it('gives the residual of a downsampling block to the main path, which is the first operand in torch', () => {
  const root = Scope.root();
  const x = image();
  const unit = (name: string, from: Value, kernel: number, stride: number) =>
    norm(root.at(`bn${name}`), conv(root.at(`conv${name}`), from, 16, { kernel, stride }));
  const one = relu.of({ x: unit('1', x, 3, 2) }, {}, 'relu');
  const sum = add.of({ a: unit('2', one, 3, 1), b: unit('_down', x, 1, 2) }, {}, 'block');
  const graph = fuseEpilogue(foldBatchNorm(graphOf({ y: relu.of({ x: sum }, {}, 'relu') })));
  expect(
    print(graph)
      .replaceAll(/, bias=%\d+/g, '')
      .replaceAll(/^.*fold_.*\n/gm, ''),
  ).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %3: f32[n,16,4,4] = conv2d(%0, %1) stride=[2,2] padding=[1,1,1,1] dilation=[1,1] groups=1 activation=relu
    %8: f32[n,16,4,4] = conv2d(%0, %6) stride=[2,2] padding=[0,0,0,0] dilation=[1,1] groups=1
    %9: f32[n,16,4,4] = conv2d(%3, %4, residual=%8) stride=[1,1] padding=[1,1,1,1] dilation=[1,1] groups=1 activation=relu
    y = %9"
  `);
});

it('leaves the second of two activations in a row', () => {
  const { main } = two();
  const y = sigmoid.of({ x: relu.of({ x: main }, {}, 'relu') }, {}, 'sigmoid');
  expect(fused({ y })).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[n,8,8,8] = conv2d(%0, main.weight) stride=[1,1] padding=[0,0,0,0] dilation=[1,1] groups=1 activation=relu
    %2: f32[n,8,8,8] = sigmoid(%1)
    y = %2"
  `);
});

it('leaves the second of two residuals', () => {
  const { main, side, x } = two();
  const y = add.of({ a: add.of({ a: main, b: x }, {}, 'one'), b: x }, {}, 'two');
  expect(fused({ y })).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[n,8,8,8] = conv2d(%0, main.weight, residual=%0) stride=[1,1] padding=[0,0,0,0] dilation=[1,1] groups=1
    %2: f32[n,8,8,8] = add(%1, %0)
    y = %2"
  `);
  expect(fused({ y: add.of({ a: add.of({ a: main, b: x }, {}, 'one'), b: side }, {}, 'two') })).not.toContain('= add');
});

it('does not add behind an activation', () => {
  const { main, x } = two();
  const y = add.of({ a: relu.of({ x: main }, {}, 'relu'), b: x }, {}, 'sum');
  expect(fused({ y })).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[n,8,8,8] = conv2d(%0, main.weight) stride=[1,1] padding=[0,0,0,0] dilation=[1,1] groups=1 activation=relu
    %2: f32[n,8,8,8] = add(%1, %0)
    y = %2"
  `);
});

it('leaves a convolution that is read twice, by one operator or by two', () => {
  const { main, side } = two();
  unchanged({ y: add.of({ a: main, b: main }, {}, 'sum') });
  unchanged({ y: add.of({ a: relu.of({ x: main }, {}, 'relu'), b: sigmoid.of({ x: main }, {}, 's') }, {}, 'sum') });
  const gate = mul.of({ a: main, b: sigmoid.of({ x: main }, {}, 's') }, {}, 'gate');
  expect(fused({ y: add.of({ a: gate, b: side }, {}, 'sum') })).toContain('residual=');
});

it('leaves a convolution that is an output', () => {
  const { main, x } = two();
  unchanged({ y: relu.of({ x: main }, {}, 'relu'), main });
  unchanged({ y: add.of({ a: main, b: x }, {}, 'sum'), main });
});

it('leaves a sum that broadcasts', () => {
  const root = Scope.root();
  const x = image();
  const main = conv(root.at('main'), x, 8);
  const channel = root.parameter('channel', [8, 1, 1], { law: 'constant', value: 0 });
  unchanged({ y: add.of({ a: main, b: channel }, {}, 'sum') });
  unchanged({ y: add.of({ a: main, b: conv(root.at('one'), x, 1) }, {}, 'sum') });
});

it('leaves activations of what comes from outside or has no epilogue', () => {
  unchanged({ y: relu.of({ x: image() }, {}, 'relu') });
  unchanged({ y: relu.of({ x: flatten.of({ x: image() }, {}, 'flatten') }, {}, 'relu') });
});
