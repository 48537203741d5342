// Batch norms before and after folding.

import { expect, it } from 'vitest';
import { foldBatchNorm } from '../../../src/runtime/compile/fold_batch_norm.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { print } from '../../../src/runtime/graph/print.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';
import { atBatch, type Value } from '../../../src/runtime/graph/value.ts';
import { relu } from '../../../src/wgsl/activation/activation.ts';
import { conv2d } from '../../../src/wgsl/conv2d/conv2d.ts';
import { add } from '../../../src/wgsl/elementwise/elementwise.ts';
import { flatten } from '../../../src/wgsl/flatten/flatten.ts';
import { channels, conv, dense, image, norm } from '../../support/nets.ts';

const folded = (outputs: Record<string, Value>) => print(foldBatchNorm(graphOf(outputs)));
const unchanged = (outputs: Record<string, Value>) => {
  const graph = graphOf(outputs);
  expect(print(foldBatchNorm(graph))).toBe(print(graph));
};

it('folds into a convolution', () => {
  const root = Scope.root();
  const y = norm(root.at('bn'), conv(root.at('conv'), image(), 16, { kernel: 3 }));
  expect(print(graphOf({ y }))).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[n,16,8,8] = conv2d(%0, conv.weight) stride=[1,1] padding=[1,1,1,1] dilation=[1,1] groups=1
    %2: f32[n,16,8,8] = batch_norm(%1, weight=bn.weight, bias=bn.bias, running_mean=bn.running_mean, running_var=bn.running_var) eps=0.00001 momentum=0.1
    y = %2"
  `);
  expect(folded({ y })).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[16,8,3,3] = fold_weight(conv.weight, weight=bn.weight, running_var=bn.running_var) eps=0.00001
    %2: f32[16] = fold_bias(weight=bn.weight, bias=bn.bias, running_mean=bn.running_mean, running_var=bn.running_var) eps=0.00001
    %3: f32[n,16,8,8] = conv2d(%0, %1, bias=%2) stride=[1,1] padding=[1,1,1,1] dilation=[1,1] groups=1
    y = %3"
  `);
});

it('folds into a convolution with a bias and groups, which keeps its attributes', () => {
  const root = Scope.root();
  const y = norm(root.at('bn'), conv(root.at('conv'), image(), 8, { kernel: 3, stride: 2, groups: 8, bias: true }));
  expect(folded({ y })).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[8,1,3,3] = fold_weight(conv.weight, weight=bn.weight, running_var=bn.running_var) eps=0.00001
    %2: f32[8] = fold_bias(weight=bn.weight, bias=bn.bias, running_mean=bn.running_mean, running_var=bn.running_var, conv_bias=conv.bias) eps=0.00001
    %3: f32[n,8,4,4] = conv2d(%0, %1, bias=%2) stride=[2,2] padding=[1,1,1,1] dilation=[1,1] groups=8
    y = %3"
  `);
});

it('folds into a linear layer', () => {
  const root = Scope.root();
  const y = norm(root.at('bn'), dense(root.at('fc'), flatten.of({ x: image(1, 16) }, {}, 'flatten'), 10));
  expect(folded({ y })).toMatchInlineSnapshot(`
    "%0: f32[n,16,1,1] = input image
    %1: f32[n,16] = flatten(%0)
    %2: f32[10,16] = fold_weight(fc.weight, weight=bn.weight, running_var=bn.running_var) eps=0.00001
    %3: f32[10] = fold_bias(weight=bn.weight, bias=bn.bias, running_mean=bn.running_mean, running_var=bn.running_var, conv_bias=fc.bias) eps=0.00001
    %4: f32[n,10] = linear(%1, %2, bias=%3)
    y = %4"
  `);
});

it('folds every norm of a chain into the convolution before it', () => {
  const root = Scope.root();
  const first = norm(root.at('bn1'), conv(root.at('conv1'), image(), 8));
  const y = norm(root.at('bn2'), conv(root.at('conv2'), relu.of({ x: first }, {}, 'act'), 8));
  expect(folded({ y })).not.toContain('batch_norm');
});

it('folds two norms in a row, one upon the other', () => {
  const root = Scope.root();
  const y = norm(root.at('bn2'), norm(root.at('bn1'), conv(root.at('conv'), image(), 8)));
  expect(folded({ y })).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[8,8,1,1] = fold_weight(conv.weight, weight=bn1.weight, running_var=bn1.running_var) eps=0.00001
    %2: f32[8,8,1,1] = fold_weight(%1, weight=bn2.weight, running_var=bn2.running_var) eps=0.00001
    %3: f32[8] = fold_bias(weight=bn1.weight, bias=bn1.bias, running_mean=bn1.running_mean, running_var=bn1.running_var) eps=0.00001
    %4: f32[8] = fold_bias(weight=bn2.weight, bias=bn2.bias, running_mean=bn2.running_mean, running_var=bn2.running_var, conv_bias=%3) eps=0.00001
    %5: f32[n,8,8,8] = conv2d(%0, %2, bias=%4) stride=[1,1] padding=[0,0,0,0] dilation=[1,1] groups=1
    y = %5"
  `);
});

it('keeps the activation of a norm that has one', () => {
  const root = Scope.root();
  const plain = norm(root.at('bn'), conv(root.at('conv'), image(), 8));
  const y = { ...plain, attributes: { ...plain.attributes, activation: 'relu' } };
  expect(folded({ y })).toContain('activation=relu');
});

it('leaves a convolution that is read twice', () => {
  const root = Scope.root();
  const x = conv(root.at('conv'), image(), 8);
  unchanged({ y: add.of({ a: norm(root.at('bn'), x), b: x }, {}, 'sum') });
});

it('leaves a convolution that is an output', () => {
  const root = Scope.root();
  const x = conv(root.at('conv'), image(), 8);
  unchanged({ y: norm(root.at('bn'), x), x });
});

it('leaves a convolution with an activation or a residual, and a norm with no convolution before it', () => {
  const root = Scope.root();
  const x = image();
  unchanged({ y: norm(root.at('pre'), x) });
  unchanged({ y: norm(root.at('bn'), relu.of({ x: conv(root.at('conv'), x, 8) }, {}, 'act')) });
  const w = root.parameter('w', [channels(x), atBatch(x.shape[1]!, 1), 1, 1], { law: 'constant', value: 0 });
  unchanged({ y: norm(root.at('bn1'), conv2d.of({ x, w }, { activation: 'relu' }, 'conv1')) });
  unchanged({ y: norm(root.at('bn2'), conv2d.of({ x, w, residual: x }, {}, 'conv2')) });
});
