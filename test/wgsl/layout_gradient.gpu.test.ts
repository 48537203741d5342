// What joining, splitting, shuffling, flattening, resizing and the operators of 1998 pass back, against references and torch.

import { describe, expect, it } from 'vitest';
import { relu } from '../../src/wgsl/activation/activation.ts';
import { affine } from '../../src/wgsl/affine/affine.ts';
import { channelShuffle } from '../../src/wgsl/channel_shuffle/channel_shuffle.ts';
import { concat } from '../../src/wgsl/concat/concat.ts';
import { connectionsOf, connectionTable } from '../../src/wgsl/connection_table/connection_table.ts';
import { add, mul } from '../../src/wgsl/elementwise/elementwise.ts';
import { flatten } from '../../src/wgsl/flatten/flatten.ts';
import { unflattenReference } from '../../src/wgsl/flatten/unflatten.ref.ts';
import { unflatten } from '../../src/wgsl/flatten/unflatten.ts';
import { linear } from '../../src/wgsl/linear/linear.ts';
import { radialBasis } from '../../src/wgsl/radial_basis/radial_basis.ts';
import {
  radialBasisGradientCentresReference,
  radialBasisGradientReference,
} from '../../src/wgsl/radial_basis/radial_basis_gradient.ref.ts';
import { radialBasisGradient, radialBasisGradientCentres } from '../../src/wgsl/radial_basis/radial_basis_gradient.ts';
import { resizeGradientReference } from '../../src/wgsl/resize/resize_gradient.ref.ts';
import { resizeGradient } from '../../src/wgsl/resize/resize_gradient.ts';
import { slice } from '../../src/wgsl/slice/slice.ts';
import { sliceGradientReference } from '../../src/wgsl/slice/slice_gradient.ref.ts';
import { sliceGradient } from '../../src/wgsl/slice/slice_gradient.ts';
import { chunk } from '../../src/wgsl/slice/split.ts';
import { checkEmbedded, checkOperator } from '../support/check.ts';
import {
  checkGradientKernels,
  checkOracleGradients,
  checkOracleGraph,
  evaluate,
  upstream,
} from '../support/gradient.ts';
import { apply, filled, graphInput, type TestTensor } from '../support/operators.ts';
import { type OracleCase, oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

/** A case's inputs as graph inputs, and its tensors; `parameters` are those that models have as weights. */
function inputsOf(test: OracleCase, parameters: readonly string[] = []) {
  const tensors = Object.fromEntries(
    Object.keys(test.inputs).map((key) => [key, oracleInput(test, key, parameters.includes(key))]),
  );
  const values = Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, graphInput(key, tensor)]));
  return { tensors, values };
}

const oracleTests: Readonly<Record<string, (test: OracleCase) => Promise<void>>> = {
  async channel_shuffle(test) {
    const { tensors, values } = inputsOf(test);
    const value = channelShuffle.of(values, { groups: Number(test.attrs.groups) }, 'shuffle');
    await checkOracleGradients(test, value, tensors);
  },
  async chunk(test) {
    const { tensors, values } = inputsOf(test);
    const [a, b] = chunk(values.x!, Number(test.attrs.chunks), 'parts');
    await checkOracleGraph(test, { a: a!, b: b! }, tensors);
  },
  async concat(test) {
    const { tensors, values } = inputsOf(test);
    const parts = Object.values(values);
    // One input means: the same tensor twice.
    const twice = parts.length === 1 ? [...parts, ...parts] : parts;
    const value = concat.of(Object.fromEntries(twice.entries()), {}, 'concat');
    await checkOracleGradients(test, value, tensors);
    await checkOracleGraph(test, { y: value }, tensors);
  },
  async add(test) {
    const { tensors, values } = inputsOf(test);
    await checkOracleGraph(test, { y: add.of({ a: values.a, b: values.b ?? values.a }, {}, 'add') }, tensors);
  },
  async add_relu(test) {
    const { tensors, values } = inputsOf(test);
    const sum = add.of(values, {}, 'add');
    // A rounded sum has the sign of the sum: what passes is exact.
    const dy = upstream(`${test.name}/dy`, sum, tensors.a!.shape);
    const passed = evaluate(sum, tensors).y.map((v, i) => (v > 0 ? dy.data[i]! : 0));
    const zeros = new Float64Array(passed.length);
    const reference = { shape: tensors.a!.shape, y: passed, terms: zeros, length: 1, granted: zeros };
    await checkOracleGraph(test, { y: relu.of({ x: sum }, {}, 'relu') }, tensors, { a: reference, b: reference });
  },
  async mul(test) {
    const { tensors, values } = inputsOf(test);
    await checkOracleGradients(test, mul.of({ a: values.a, b: values.s }, {}, 'mul'), tensors);
  },
  async flatten_linear(test) {
    const { tensors, values } = inputsOf(test, ['w']);
    const flat = flatten.of({ x: values.x }, {}, 'flatten');
    await checkOracleGraph(test, { y: linear.of({ x: flat, w: values.w }, {}, 'linear') }, tensors);
  },
  async transform_input(test) {
    const { tensors, values } = inputsOf(test);
    const [scale, shift] = [
      [0.229, 0.224, 0.225],
      [0.485, 0.456, 0.406],
    ];
    const parts = scale.map((s, c) => {
      const part = slice.of({ x: values.x }, { from: c, to: c + 1 }, 'part');
      return affine.of({ x: part }, { scale: [s / 0.5], shift: [(shift[c]! - 0.5) / 0.5] }, 'affine');
    });
    await checkOracleGraph(test, { y: concat.of(Object.fromEntries(parts.entries()), {}, 'concat') }, tensors);
  },
};

describe('as torch does it', async () => {
  const oracle = await oracleCases('layout');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));
  it.each(oracle?.filter(({ grads }) => grads) ?? [])('$name', async (test) => {
    expect(Object.keys(oracleTests)).toContain(test.op);
    await oracleTests[test.op]!(test);
  });
});

describe('slice_gradient', () => {
  it.each([
    { shape: [2, 3, 3, 2], from: 0, channels: 3 },
    { shape: [2, 5, 3, 2], from: 3, channels: 21 },
    { shape: [1, 8, 2, 2], from: 8, channels: 16 },
    { shape: [3, 4], from: 1, channels: 7 },
  ])('of $shape from $from of $channels', async ({ shape, ...attributes }) => {
    const x = filled(`slice/${shape}`, shape);
    await checkOperator(sliceGradient, { x }, attributes, sliceGradientReference(x, attributes));
  });

  it('reads and writes slices of other images', async () => {
    const attributes = { from: 5, channels: 16 };
    await checkEmbedded(sliceGradient, attributes, (x) => sliceGradientReference(x, attributes));
  });

  it('refuses channels that it does not have', () => {
    const attempt = () => apply(sliceGradient, { x: filled('x', [1, 3, 2, 2]) }, { from: 2, channels: 4 });
    expect(attempt).toThrow('[n,3,2,2] from channel 2 on is not within 4 channels');
  });
});

describe('unflatten', () => {
  it.each([[[5, 3, 2]], [[12, 1, 1]], [[1, 4, 4]], [[3, 7, 5]]])('to %s', async (shape) => {
    const x = filled(`unflatten/${shape}`, [3, shape[0]! * shape[1]! * shape[2]!]);
    await checkOperator(unflatten, { x }, { shape }, unflattenReference(x, shape));
  });

  it('refuses features that are more or fewer', () => {
    expect(() => apply(unflatten, { x: filled('x', [1, 7]) }, { shape: [2, 2, 2] })).toThrow(
      '7 features are not [2,2,2]',
    );
  });
});

describe.each(['bilinear', 'bicubic'] as const)("%s resizing's gradient", (mode) => {
  it.each([
    { from: [1, 1], to: [3, 4] },
    { from: [5, 7], to: [5, 7] },
    { from: [9, 8], to: [4, 3] },
    { from: [4, 3], to: [9, 8] },
    { from: [2, 31], to: [17, 2] },
  ])('of $from to $to', async ({ from, to }) => {
    for (const antialias of [false, true]) {
      const dy = filled(`resize/${to}`, [2, 5, ...to]);
      const attributes = { size: from as [number, number], mode, antialias };
      await checkOperator(resizeGradient, { dy }, attributes, resizeGradientReference(dy, attributes));
    }
  });

  it('reads and writes slices of other images', async () => {
    const attributes = { size: [4, 9] as [number, number], mode, antialias: true };
    await checkEmbedded(resizeGradient, attributes, (dy) => resizeGradientReference(dy, attributes), { input: 'dy' });
  });
});

describe('radial_basis', () => {
  it.each([
    [1, 1, 1],
    [3, 5, 6],
    [2, 84, 10],
    [70, 33, 13],
  ])('of %d vectors of %d features from %d centres', async (n, features, centres) => {
    const w = filled(`rbf/${features}/w`, [centres, features], 1, 0, true);
    const tensors = { x: filled(`rbf/${features}`, [n, features], 2), w };
    const value = apply(radialBasis, tensors, {});
    await checkGradientKernels(value, tensors, upstream('rbf/dy', value, [n, centres]));
    const all = { ...tensors, dy: upstream('rbf/dy', value, [n, centres]) };
    const { x, dy } = all;
    await checkOperator(radialBasisGradient, all, {}, radialBasisGradientReference(x, w, dy));
    await checkOperator(radialBasisGradientCentres, all, {}, radialBasisGradientCentresReference(x, w, dy));
  });

  it('refuses gradients of another size', () => {
    const tensors = { x: filled('x', [1, 6]), w: filled('w', [2, 6], 1, 0, true), dy: filled('dy', [1, 3]) };
    expect(() => apply(radialBasisGradient, tensors, {})).toThrow('centres must be [3,6] and are [2,6]');
  });
});

describe('connection_table', () => {
  it.each([
    { table: [[0]], inputs: 1, kernel: [1, 1] },
    { table: [[0, 2], [1], [0, 1, 2], [2]], inputs: 3, kernel: [3, 3] },
    { table: [[0, 31], [5], [30, 31]], inputs: 32, kernel: [2, 5] },
  ])('of $table', async ({ table, inputs, kernel }) => {
    const w: TestTensor = filled(`table/${inputs}`, [table.flat().length, ...kernel], 0.5, 0, true);
    const value = apply(connectionTable, { w }, connectionsOf(table, inputs));
    await checkGradientKernels(value, { w }, upstream('table/dy', value, value.shape as number[]));
  });
});
