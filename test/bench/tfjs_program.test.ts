// Our graphs as TensorFlow.js is asked to run them: by a stand-in that computes from its documentation's definitions, channels last.

import { describe, expect, it } from 'vitest';
import { toTfjs } from '../../bench/compare/tfjs_program.ts';
import { loadTfjs } from '../../bench/compare/tfjs_run.ts';
import { permuted } from '../../bench/training_task.ts';
import { uniform } from '../../src/cli/bench/noise.ts';
import {
  adaptiveAvgPool,
  add,
  avgPool,
  batchNorm,
  concat,
  conv2d,
  dropout,
  flatten,
  linear,
  maxPool,
  mul,
  relu,
  relu6,
  sigmoid,
  silu,
  tanh,
} from '../../src/models/layers.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { input, Scope } from '../../src/runtime/graph/scope.ts';
import type { Value } from '../../src/runtime/graph/value.ts';
import type { StateDict } from '../../src/weights/tensors.ts';
import { count, type Fake, fakeTf } from '../support/fake_tf.ts';
import { interpret } from '../support/interpret.ts';
import { buildModel } from '../support/models.ts';

/** A state dict of numbers that are all different, with variances that are positive. */
function stateOf(net: Scope): StateDict {
  const state: StateDict = {};
  for (const [i, { name, shape }] of net.parameters.entries()) {
    const data = uniform(count(shape), 0.5, i + 1);
    state[name] = { shape, data: /running_var/.test(name) ? data.map((value) => value + 0.75) : data };
  }
  return state;
}

const SHAPE = [2, 4, 9, 8];

/** Runs the network both ways, twice, and returns the calls of one run. */
async function compare(build: (net: Scope, image: Value) => Value): Promise<string[]> {
  const net = Scope.root();
  const graph = graphOf({ logits: build(net, input('image', ['n', ...SHAPE.slice(1)])) });
  const state = stateOf(net);
  const image = uniform(count(SHAPE), 2);
  const expected = interpret(graph, ({ kind, name }) =>
    kind === 'input'
      ? { shape: SHAPE, data: Float64Array.from(image) }
      : { shape: state[name]!.shape, data: Float64Array.from(state[name]!.data) },
  ).logits!;

  const { tf, calls, live } = fakeTf();
  const run = loadTfjs(tf, toTfjs(graph, state), SHAPE[0]!);
  const [n, c, h, w] = SHAPE as [number, number, number, number];
  const x = tf.tensor(permuted(image, SHAPE, [0, 2, 3, 1]), [n, h, w, c]);
  const kept = live.size;
  run(x).dispose();
  calls.length = 0;
  const y = run(x) as Fake;
  expect(live.size).toBe(kept + 1);
  expect(y.shape).toEqual(expected.shape);
  const largest = Float64Array.from(expected.data).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // Folded weights are rounded to float32 and everything else is float64: a few times 2^-24 of the terms.
  y.values.forEach((value, i) => {
    expect(Math.abs(value - expected.data[i]!)).toBeLessThan(1e-5 * largest);
  });
  return calls;
}

const head = (net: Scope, x: Value) =>
  linear(net.at('fc'), flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 1)), 5);

describe('toTfjs', () => {
  it('folds batch norm, fuses ReLUs, keeps odd padding, strides and dilation', async () => {
    const calls = await compare((net, image) => {
      const options = { out: 6, kernel: [3, 2], stride: [2, 1], padding: [1, 0, 2, 1], bias: false } as const;
      let x = relu(net.at('relu'), batchNorm(net.at('bn'), conv2d(net.at('conv'), image, options), { eps: 0.25 }));
      x = conv2d(net.at('wide'), x, { out: 5, kernel: 3, padding: 2, dilation: 2 });
      return head(net, relu6(net.at('relu6'), x));
    });
    expect(calls).toEqual(['conv2d relu', 'conv2d relu6', 'mean', 'reshape', 'matMul linear']);
  });

  it('has depthwise convolutions, with several filters a channel too, and shortcuts', async () => {
    const calls = await compare((net, image) => {
      const layer = { kernel: 3, padding: 1, groups: 4, bias: false };
      const x = batchNorm(net.at('bn'), conv2d(net.at('conv'), image, { ...layer, out: 4 }));
      const sum = relu(net.at('relu'), add(net.at('add'), x, image));
      return head(net, relu6(net.at('relu6'), conv2d(net.at('two'), sum, { ...layer, out: 8, stride: 2 })));
    });
    expect(calls).toEqual(['depthwise linear', 'add', 'relu', 'depthwise relu6', 'mean', 'reshape', 'matMul linear']);
  });

  it('pools as torch does: padding, windows that pass the image, averages', async () => {
    const calls = await compare((net, image) => {
      let x = maxPool(net.at('a'), image, { kernel: 3, stride: 2, padding: 1 });
      x = maxPool(net.at('b'), x, { kernel: 2, stride: 2, ceilMode: true });
      return head(net, avgPool(net.at('c'), x, { kernel: [2, 1], stride: 1 }));
    });
    expect(calls).toEqual(['maxPool', 'maxPool', 'avgPool', 'mean', 'reshape', 'matMul linear']);
  });

  it('leaves batch norm where there is nothing to fold it into, and what two read where both find it', async () => {
    const calls = await compare((net, image) => {
      const stem = conv2d(net.at('stem'), image, { out: 4, kernel: 1 });
      const grown = conv2d(net.at('grow'), relu(net.at('r1'), batchNorm(net.at('n1'), stem)), { out: 3, kernel: 1 });
      const all = concat(net.at('cat'), [stem, grown, sigmoid(net.at('s'), grown)]);
      const gate = tanh(
        net.at('t'),
        conv2d(net.at('gate'), adaptiveAvgPool(net.at('p'), all, 1), { out: 10, kernel: 1 }),
      );
      return head(net, relu(net.at('r2'), mul(net.at('mul'), all, gate)));
    });
    expect(calls.filter((call) => call === 'batchNorm')).toHaveLength(1);
    expect(calls).toContain('relu');
  });

  it('reads a map in a row in its own order, past what stands between', async () => {
    const calls = await compare((net, image) => {
      const row = flatten(net.at('flatten'), adaptiveAvgPool(net.at('same'), image, [9, 8]));
      const hidden = relu(net.at('relu'), linear(net.at('fc1'), dropout(net.at('drop'), row, 0.5), 7));
      return linear(net.at('fc2'), dropout(net.at('drop2'), hidden, 0.5), 5);
    });
    expect(calls).toEqual(['reshape', 'matMul relu', 'matMul linear']);
  });

  it('names what it has no call for', () => {
    const image = input('image', ['n', 4, 9, 9]);
    const net = Scope.root();
    const refuse = (logits: Value) => expect(() => toTfjs(graphOf({ logits }), stateOf(net)));
    refuse(silu(net.at('act'), image)).toThrow('tfjs: silu(act): there is no rule for it');
    refuse(conv2d(net.at('two'), image, { out: 4, kernel: 1, groups: 2 })).toThrow('it has 2 groups of 2 channels');
    refuse(avgPool(net.at('pool'), image, { kernel: 3, padding: 1 })).toThrow('tfjs: avg_pool2d(pool)');
    refuse(adaptiveAvgPool(net.at('two'), image, 2)).toThrow('neither to one pixel nor to the size there is');
    const { graph } = { graph: graphOf({ logits: conv2d(net.at('conv'), image, { out: 4, kernel: 1 }) }) };
    expect(() => toTfjs(graph, {})).toThrow('tfjs: the state dict has no conv.weight');
  });

  it.each([
    ['resnet18', { conv2d: 20, linear: 1, batch_norm: 0 }],
    ['mobilenet_v2', { conv2d: 35, depthwise: 17, linear: 1, batch_norm: 0 }],
    ['squeezenet1_1', { conv2d: 26, max_pool: 3, concat: 8 }],
    ['googlenet', { conv2d: 57, max_pool: 13, batch_norm: 0 }],
    ['densenet121', { conv2d: 120, avg_pool: 3, batch_norm: 62 }],
  ])('has all of %s', (name, counts) => {
    const { graph, parameters } = buildModel(name, { size: 64 });
    const state = Object.fromEntries(
      parameters.map(({ name, shape }) => [name, { shape, data: new Float32Array(count(shape)) }]),
    );
    const { steps } = toTfjs(graph, state).program;
    for (const [op, expected] of Object.entries(counts))
      expect([op, steps.filter((step) => step.op === op).length]).toEqual([op, expected]);
  });
});
