// The oracle's cases of joining, splitting, adding, flattening and folding, each as the graph that a model would write.

import { describe, expect, it } from 'vitest';
import { relu } from '../../src/wgsl/activation/activation.ts';
import { batchNormReference } from '../../src/wgsl/batch_norm/batch_norm.ref.ts';
import { batchNorm } from '../../src/wgsl/batch_norm/batch_norm.ts';
import { channelShuffleReference } from '../../src/wgsl/channel_shuffle/channel_shuffle.ref.ts';
import { channelShuffle } from '../../src/wgsl/channel_shuffle/channel_shuffle.ts';
import { concatReference } from '../../src/wgsl/concat/concat.ref.ts';
import { concat } from '../../src/wgsl/concat/concat.ts';
import { conv2dReference } from '../../src/wgsl/conv2d/conv2d.ref.ts';
import { conv2d } from '../../src/wgsl/conv2d/conv2d.ts';
import { elementwiseReference } from '../../src/wgsl/elementwise/elementwise.ref.ts';
import { add, mul } from '../../src/wgsl/elementwise/elementwise.ts';
import { flattenReference } from '../../src/wgsl/flatten/flatten.ref.ts';
import { flatten } from '../../src/wgsl/flatten/flatten.ts';
import { linearReference } from '../../src/wgsl/linear/linear.ref.ts';
import { linear } from '../../src/wgsl/linear/linear.ts';
import type { Reference } from '../../src/wgsl/shared/reference.ref.ts';
import { sliceReference } from '../../src/wgsl/slice/slice.ref.ts';
import { chunk } from '../../src/wgsl/slice/split.ts';
import { checkOperator, checkReference, checkValue } from '../support/check.ts';
import { apply, graphInput, type TestTensor } from '../support/operators.ts';
import { type OracleCase, oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

const rounded = (y: Float64Array, reference: Reference): Reference => ({ ...reference, y });
const asTensor = ({ shape, y }: Pick<Reference, 'shape' | 'y'>) => ({ shape, data: y });

const oracleTests: Readonly<Record<string, (test: OracleCase) => Promise<void>>> = {
  async channel_shuffle(test) {
    const x = oracleInput(test, 'x');
    const attributes = { groups: Number(test.attrs.groups) };
    const reference = channelShuffleReference(x, attributes);
    checkReference(reference, test.out.y!);
    await checkOperator(channelShuffle, { x }, attributes, reference);
  },
  async chunk(test) {
    const x = oracleInput(test, 'x');
    const parts = chunk(graphInput('x', x), Number(test.attrs.chunks), 'parts');
    expect(parts).toHaveLength(2);
    for (const [i, part] of parts.entries()) {
      const reference = sliceReference(x, part.attributes as { from: number; to: number });
      checkReference(reference, Object.values(test.out)[i]!);
      await checkValue(part, { x }, reference);
    }
  },
  async concat(test) {
    const tensors = Object.fromEntries(Object.keys(test.inputs).map((key) => [key, oracleInput(test, key)]));
    const parts = Object.entries(tensors);
    // One input means: the same tensor twice.
    const twice = parts.length === 1 ? [...parts, ...parts] : parts;
    const value = (key: string) => graphInput(key, tensors[key]!);
    const values = Object.fromEntries(parts.map(([key]) => [key, value(key)]));
    const reference = concatReference(twice.map(([, tensor]) => tensor));
    checkReference(reference, test.out.y!);
    const inputs = Object.fromEntries(twice.map(([key], i) => [i, values[key]]));
    await checkValue(concat.of(inputs, {}, 'concat'), tensors, reference);
  },
  async add(test) {
    const a = oracleInput(test, 'a');
    const b = test.inputs.b && oracleInput(test, 'b');
    const reference = elementwiseReference('add', a, b ?? a);
    checkReference(reference, test.out.y!);
    const x = graphInput('a', a);
    const value = add.of({ a: x, b: b ? graphInput('b', b) : x }, {}, 'add');
    await checkValue(value, { a, ...(b && { b }) }, reference);
  },
  async add_relu(test) {
    const tensors = { a: oracleInput(test, 'a'), b: oracleInput(test, 'b') };
    const sum = elementwiseReference('add', tensors.a, tensors.b);
    const reference = rounded(
      sum.y.map((v) => Math.max(0, v)),
      sum,
    );
    checkReference(reference, test.out.y!);
    await checkValue(relu.of({ x: apply(add, tensors, {}) }, {}, 'relu'), tensors, reference);
  },
  async mul(test) {
    const tensors = { a: oracleInput(test, 'a'), b: oracleInput(test, 's') };
    const reference = elementwiseReference('mul', tensors.a, tensors.b);
    checkReference(reference, test.out.y!);
    await checkOperator(mul, tensors, {}, reference);
  },
  async flatten_linear(test) {
    const tensors = { x: oracleInput(test, 'x'), w: oracleInput(test, 'w', true) };
    const flat = flattenReference(tensors.x);
    const reference = linearReference({ shape: flat.shape, data: tensors.x.data }, tensors.w);
    checkReference(reference, test.out.y!);
    const x = flatten.of({ x: graphInput('x', tensors.x) }, {}, 'flatten');
    await checkValue(linear.of({ x, w: graphInput('w', tensors.w) }, {}, 'linear'), tensors, reference);
  },
  async transform_input(test) {
    const x = oracleInput(test, 'x');
    const per = (values: number[]): TestTensor => ({
      shape: [3, 1, 1],
      data: Float32Array.from(values),
      parameter: true,
    });
    const scale = per([0.229, 0.224, 0.225].map((s) => s / 0.5));
    const shift = per([0.485, 0.456, 0.406].map((m) => (m - 0.5) / 0.5));
    const scaled = elementwiseReference('mul', x, scale);
    const moved = elementwiseReference('add', asTensor(scaled), shift);
    // Two roundings, and those of the constants to f32.
    const reference = { ...moved, terms: moved.terms.map((t, i) => t + scaled.terms[i]!), length: 2 };
    checkReference(reference, test.out.y!);
    const product = mul.of({ a: graphInput('x', x), b: graphInput('scale', scale) }, {}, 'mul');
    const value = add.of({ a: product, b: graphInput('shift', shift) }, {}, 'add');
    await checkValue(value, { x, scale, shift }, reference);
  },
  async conv_bn(test) {
    const [x, w] = [oracleInput(test, 'x'), oracleInput(test, 'w', true)];
    const norm = {
      weight: oracleInput(test, 'weight', true),
      bias: oracleInput(test, 'bias', true),
      running_mean: oracleInput(test, 'runningMean', true),
      running_var: oracleInput(test, 'runningVar', true),
    };
    const { stride, pad, eps } = test.attrs as unknown as {
      stride: [number, number];
      pad: [number, number, number, number];
      eps: number;
    };
    const attributes = { stride, padding: pad, dilation: [1, 1] as [number, number], groups: 1 };
    const conv = conv2dReference({ x, w }, attributes);
    const after = batchNormReference({ x: asTensor(conv), ...norm }, { eps });
    // What the convolution may be off by, scaled as its values are; and the same once more for the folded weights' rounding.
    const area = conv.shape[2]! * conv.shape[3]!;
    const granted = after.granted.map((own, i) => {
      const k = Math.floor(i / area) % conv.shape[1]!;
      const scale = Math.abs(norm.weight.data[k]!) / Math.sqrt(norm.running_var.data[k]! + eps);
      return 2 * own + scale * 8 * Math.sqrt(conv.length) * 2 ** -24 * conv.terms[i]!;
    });
    const reference = { ...after, granted };
    checkReference(reference, test.out.y!);
    const convolved = conv2d.of({ x: graphInput('x', x), w: graphInput('w', w) }, attributes, 'conv');
    const rest = Object.fromEntries(Object.entries(norm).map(([key, tensor]) => [key, graphInput(key, tensor)]));
    await checkValue(batchNorm.of({ x: convolved, ...rest }, { eps }, 'bn'), { x, w, ...norm }, reference);
  },
};

describe('as torch does it', async () => {
  const oracle = await oracleCases('layout');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));
  it.each(oracle ?? [])('$name', async (test) => {
    expect(Object.keys(oracleTests)).toContain(test.op);
    await oracleTests[test.op]!(test);
  });
});
