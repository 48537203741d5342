// Layers whose weights are larger than one binding: how they are cut, and what is said of those that cannot be.

import { describe, expect, it } from 'vitest';
import { compile, optimise } from '../../../src/runtime/compile/compile.ts';
import { splitOversized } from '../../../src/runtime/compile/split_oversized.ts';
import { PlanError } from '../../../src/runtime/errors.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { print } from '../../../src/runtime/graph/print.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';
import { planProgram } from '../../../src/runtime/plan/plan.ts';
import { relu } from '../../../src/wgsl/activation/activation.ts';
import { add } from '../../../src/wgsl/elementwise/elementwise.ts';
import { flatten } from '../../../src/wgsl/flatten/flatten.ts';
import { discrete, lavapipe, limited, swiftshader } from '../../support/facts.ts';
import { conv, dense, image, norm, plainKernels } from '../../support/nets.ts';

const small = limited(discrete, { maxStorageBufferBindingSize: 16384 });

/** VGG's classifier: 25088 features, 411 MB of weights in its first layer. */
function vgg() {
  const root = Scope.root().at('classifier');
  const x = flatten.of({ x: image(7, 512) }, {}, 'flatten');
  const first = relu.of({ x: dense(root.at(0), x, 4096) }, {}, 'classifier.1');
  return graphOf({ y: dense(root.at(3), first, 1000) });
}

describe('splitOversized', () => {
  it('cuts VGG for lavapipe into rows of whole panels', () => {
    expect(print(optimise(vgg(), lavapipe))).toMatchInlineSnapshot(`
      "%0: f32[n,512,7,7] = input image
      %1: f32[n,25088] = flatten(%0)
      %2: f32[n,1024] = linear(%1, classifier.0.weight[0:1024], bias=classifier.0.bias[0:1024]) activation=relu
      %3: f32[n,1024] = linear(%1, classifier.0.weight[1024:2048], bias=classifier.0.bias[1024:2048]) activation=relu
      %4: f32[n,1024] = linear(%1, classifier.0.weight[2048:3072], bias=classifier.0.bias[2048:3072]) activation=relu
      %5: f32[n,1024] = linear(%1, classifier.0.weight[3072:4096], bias=classifier.0.bias[3072:4096]) activation=relu
      %6: f32[n,4096] = concat(%2, %3, %4, %5) placed=[true,true,true,true]
      %7: f32[n,1000] = linear(%6, classifier.3.weight, bias=classifier.3.bias)
      y = %7"
    `);
  });

  it('leaves what fits', () => {
    const graph = vgg();
    expect(print(splitOversized(graph, swiftshader))).toBe(print(graph));
    // 64 x 64 floats are 16384 bytes exactly.
    const exact = graphOf({ y: dense(Scope.root(), flatten.of({ x: image(1, 64) }, {}, 'flatten'), 64) });
    expect(print(splitOversized(exact, small))).toBe(print(exact));
  });

  it('gives every part a binding, and every row to one part', () => {
    const parameters = compile(vgg(), lavapipe).buffers.flatMap(({ layout, parameter }) =>
      parameter && layout.kind === 'rows' ? [{ ...parameter, shape: layout.shape }] : [],
    );
    const first = parameters.filter(({ name }) => name === 'classifier.0.weight');
    expect(first.map(({ from }) => from)).toEqual([0, ...first.slice(0, -1).map(({ to }) => to)]);
    expect(first.at(-1)?.to).toBe(4096);
    for (const { from, to, shape } of first) {
      expect(shape).toEqual([to - from, 25088]);
      expect(4 * (to - from) * 25088).toBeLessThanOrEqual(lavapipe.limits.maxStorageBufferBindingSize);
    }
    const bias = parameters.filter(({ name }) => name === 'classifier.0.bias');
    expect(bias.map(({ from, to }) => [from, to])).toEqual(first.map(({ from, to }) => [from, to]));
  });

  it('plans what it has cut', () => {
    const plan = planProgram(compile(vgg(), lavapipe), lavapipe, { batch: 1 });
    const largest = Math.max(...plan.buffers.map(({ bytes }) => bytes));
    expect(largest).toBeLessThanOrEqual(lavapipe.limits.maxStorageBufferBindingSize);
  });

  it('cuts a convolution with a folded norm: the rows of all that its weights are made of', () => {
    const root = Scope.root();
    const y = norm(root.at('bn'), conv(root.at('conv'), image(4, 32), 192, { bias: true }));
    expect(print(optimise(graphOf({ y }), small))).toMatchInlineSnapshot(`
      "%0: f32[n,32,4,4] = input image
      %1: f32[64,32,1,1] = fold_weight(conv.weight[0:64], weight=bn.weight[0:64], running_var=bn.running_var[0:64]) eps=0.00001
      %2: f32[64] = fold_bias(weight=bn.weight[0:64], bias=bn.bias[0:64], running_mean=bn.running_mean[0:64], running_var=bn.running_var[0:64], conv_bias=conv.bias[0:64]) eps=0.00001
      %3: f32[n,64,4,4] = conv2d(%0, %1, bias=%2) stride=[1,1] padding=[0,0,0,0] dilation=[1,1] groups=1
      %4: f32[64,32,1,1] = fold_weight(conv.weight[64:128], weight=bn.weight[64:128], running_var=bn.running_var[64:128]) eps=0.00001
      %5: f32[64] = fold_bias(weight=bn.weight[64:128], bias=bn.bias[64:128], running_mean=bn.running_mean[64:128], running_var=bn.running_var[64:128], conv_bias=conv.bias[64:128]) eps=0.00001
      %6: f32[n,64,4,4] = conv2d(%0, %4, bias=%5) stride=[1,1] padding=[0,0,0,0] dilation=[1,1] groups=1
      %7: f32[64,32,1,1] = fold_weight(conv.weight[128:192], weight=bn.weight[128:192], running_var=bn.running_var[128:192]) eps=0.00001
      %8: f32[64] = fold_bias(weight=bn.weight[128:192], bias=bn.bias[128:192], running_mean=bn.running_mean[128:192], running_var=bn.running_var[128:192], conv_bias=conv.bias[128:192]) eps=0.00001
      %9: f32[n,64,4,4] = conv2d(%0, %7, bias=%8) stride=[1,1] padding=[0,0,0,0] dilation=[1,1] groups=1
      %10: f32[n,192,4,4] = concat(%3, %6, %9) placed=[true,true,true]
      y = %10"
    `);
  });
});

describe('what cannot be cut is named with both sizes', () => {
  const failure = (graph: Parameters<typeof compile>[0]) => {
    try {
      planProgram(compile(graph, small, plainKernels), small, { batch: 1 });
    } catch (error) {
      expect(error).toBeInstanceOf(PlanError);
      return (error as PlanError).message;
    }
    return 'planned';
  };

  it('a grouped convolution', () => {
    const y = conv(Scope.root().at('features.0'), image(4, 64), 128, { kernel: 3, groups: 2 });
    expect(failure(graphOf({ y }))).toBe(
      'features.0.weight takes 147456 bytes for a batch of 1, the adapter binds 16384 at once; not even one image would fit',
    );
  });

  it('a grouped convolution with a folded norm', () => {
    const root = Scope.root();
    const y = norm(root.at('bn'), conv(root.at('features.0'), image(4, 64), 128, { kernel: 3, groups: 2 }));
    expect(failure(graphOf({ y }))).toMatch(/^features\.0\.weight takes 147456 bytes .* binds 16384 at once/);
  });

  it('a convolution that takes a residual', () => {
    const x = image(4, 128);
    const y = add.of({ a: conv(Scope.root().at('block.conv'), x, 128), b: x }, {}, 'sum');
    expect(failure(graphOf({ y }))).toMatch(/^block\.conv\.weight takes 65536 bytes .* binds 16384 at once/);
  });

  it('rows that are too long by themselves', () => {
    const y = dense(Scope.root().at('fc'), flatten.of({ x: image(1, 1024) }, {}, 'flatten'), 128);
    expect(failure(graphOf({ y }))).toMatch(/^fc\.weight takes 262144 bytes .* binds 16384 at once/);
  });
});
