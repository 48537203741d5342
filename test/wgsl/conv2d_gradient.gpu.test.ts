// The kernels that convolutions and linear layers are differentiated with, against float64 references and torch's numbers.

import { describe, expect, it } from 'vitest';
import { compile } from '../../src/runtime/compile/compile.ts';
import { Executor } from '../../src/runtime/device/executor.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { input } from '../../src/runtime/graph/scope.ts';
import type { Value } from '../../src/runtime/graph/value.ts';
import { type Conv2dAttributes, conv2d } from '../../src/wgsl/conv2d/conv2d.ts';
import { conv2dWeightGradientReference } from '../../src/wgsl/conv2d/conv2d_weight_gradient.ref.ts';
import {
  type Conv2dWeightGradientAttributes,
  conv2dWeightGradient,
} from '../../src/wgsl/conv2d/conv2d_weight_gradient.ts';
import { dilateReference } from '../../src/wgsl/conv2d/dilate.ref.ts';
import { dilate } from '../../src/wgsl/conv2d/dilate.ts';
import { filterTransposeReference } from '../../src/wgsl/conv2d/filter_transpose.ref.ts';
import { filterTranspose } from '../../src/wgsl/conv2d/filter_transpose.ts';
import { linear } from '../../src/wgsl/linear/linear.ts';
import { linearWeightGradientReference } from '../../src/wgsl/linear/linear_weight_gradient.ref.ts';
import { linearWeightGradient } from '../../src/wgsl/linear/linear_weight_gradient.ts';
import { accumulate } from '../../src/wgsl/optimizer/accumulate.ts';
import { cropReference } from '../../src/wgsl/pad/crop.ref.ts';
import { crop } from '../../src/wgsl/pad/crop.ts';
import { pad } from '../../src/wgsl/pad/pad.ts';
import type { Reference, Tensor } from '../../src/wgsl/shared/reference.ref.ts';
import { winogradTerms } from '../../src/wgsl/winograd/winograd.ref.ts';
import { checkEmbedded, checkOperator, type Tensors } from '../support/check.ts';
import type { ConvolutionAttributes as Attributes } from '../support/convolutions.ts';
import { running } from '../support/effects.ts';
import { checkEmbeddedRows } from '../support/embedded_rows.ts';
import { testDevice } from '../support/gpu.ts';
import { checkGradientKernels, checkOracleGradients, evaluate, ruleOf, upstream } from '../support/gradient.ts';
import { apply, boundOf, candidates, filled, graphInput, testPipelines, worst } from '../support/operators.ts';
import { type OracleCase, oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

/** The gradient of x is a convolution, or a strided point's with zeros put in between: what that adds up, by any kernel. */
function inputGradientReference(value: Value, tensors: Tensors, key: string): Reference {
  const { shape } = evaluate(value, tensors);
  const all = { ...tensors, dy: upstream(key, value, shape) };
  const { x: gradient } = ruleOf(value, ['x']);
  const last = gradient!.operator === dilate ? gradient!.inputs.x! : gradient!;
  const sum = widest(last, evaluate(last, all), all);
  if (last === gradient) return sum;
  const spread = (data: Float64Array) => dilateReference({ shape: sum.shape, data }, gradient!.attributes as never).y;
  const y = spread(sum.y);
  return { ...evaluate(gradient!, all), y, terms: spread(sum.terms), length: sum.length };
}

/** All kernels are held against one bound here, so against the widest: Winograd's, where that can serve. */
function widest({ inputs, attributes }: Value, reference: Reference, tensors: Tensors): Reference {
  const { stride, dilation, groups, padding } = attributes as Conv2dAttributes;
  if (Math.max(...stride, ...dilation, groups) > 1 || inputs.w?.shape.slice(2).join('x') !== '3x3') return reference;
  const of = (input: Value): Tensor => {
    const { shape, y } = evaluate(input, tensors);
    return { shape, data: y };
  };
  const turned = () => filterTransposeReference(of(inputs.w!));
  const { terms, length } = inputs.dy
    ? winogradTerms(of(inputs.dy), { shape: turned().shape, data: turned().y }, padding)
    : winogradTerms(of(inputs.x!), of(inputs.w), padding);
  return { ...reference, terms, length };
}

function oracleTensors(test: OracleCase): Tensors {
  return {
    x: oracleInput(test, 'x'),
    w: oracleInput(test, 'w', true),
    ...(test.inputs.b && { bias: oracleInput(test, 'b', true) }),
  };
}

describe('the gradients of torch', async () => {
  const oracle = await oracleCases('conv');
  if (!oracle) it('are met', (context) => context.skip(SHARED_MISSING));

  it.each(oracle?.filter(({ op }) => op === 'conv2d') ?? [])('of $name', async (test) => {
    const { stride, pad: padding, dilation, groups } = test.attrs as Record<string, never>;
    const tensors = oracleTensors(test);
    const value = apply(conv2d, tensors, { stride: stride!, padding: padding!, dilation: dilation!, groups: groups! });
    const references = { x: inputGradientReference(value, tensors, `${test.name}/dy`) };
    await checkOracleGradients(test, value, tensors, { references, names: { bias: 'b' } });
  });

  it.each(oracle?.filter(({ op }) => op === 'linear') ?? [])('of $name', async (test) => {
    const tensors = oracleTensors(test);
    await checkOracleGradients(test, apply(linear, tensors, {}), tensors, { names: { bias: 'b' } });
  });

  it('are all of the file', () => {
    expect(new Set(oracle?.map(({ op }) => op) ?? ['conv2d', 'linear'])).toEqual(new Set(['conv2d', 'linear']));
  });
});

// What the oracle's small cases do not reach: [batch, C, H, W], filters, kernel, stride, padding, dilation, groups.
const shapes: [string, [number, number, number, number], number, [number, number], number, number, number, number][] = [
  ['many channels, odd counts of everything', [1, 36, 13, 11], 20, [3, 3], 1, 1, 1, 1],
  ['more filters than a panel has, few pixels', [3, 20, 5, 3], 100, [3, 3], 1, 1, 1, 1],
  ['many pixels, few weights', [5, 3, 20, 17], 6, [5, 5], 1, 2, 1, 1],
  ['3x3 whose tiles are summed in chunks', [2, 5, 20, 17], 6, [3, 3], 1, 1, 1, 1],
  ['one channel', [3, 1, 14, 15], 6, [5, 5], 1, 0, 1, 1],
  ['the stem of a residual network', [2, 3, 33, 29], 36, [7, 7], 2, 3, 1, 1],
  ['a point that skips pixels', [3, 20, 9, 9], 70, [1, 1], 2, 0, 1, 1],
  ['one pixel of many channels', [3, 300, 1, 1], 50, [1, 1], 1, 0, 1, 1],
  ['a filter wider than high, with holes', [2, 9, 8, 12], 33, [2, 3], 1, 2, 2, 1],
  ['groups as wide as a subgroup', [2, 32, 6, 7], 64, [3, 3], 1, 1, 1, 4],
  ['groups of four', [2, 48, 7, 6], 24, [3, 3], 2, 1, 1, 6],
  ['groups of three filters', [2, 10, 7, 6], 15, [3, 3], 1, 1, 1, 5],
  ['depthwise 3x3, wide', [2, 20, 5, 19], 20, [3, 3], 1, 1, 1, 20],
  ['depthwise 3x3 that halves', [3, 36, 15, 18], 36, [3, 3], 2, 1, 1, 36],
  ['depthwise 5x5 with holes', [2, 9, 12, 13], 9, [5, 5], 1, 4, 2, 9],
  ['depthwise 7x7 that thirds', [1, 12, 22, 25], 12, [7, 7], 3, 3, 1, 12],
  ['depthwise of another shape, many lines', [9, 16, 12, 3], 16, [1, 4], 1, 2, 1, 16],
];

describe('conv2d_weight_gradient', () => {
  it.each(shapes)('%s', async (name, [n, c, h, w], filters, kernel, stride, padding, dilation, groups) => {
    const attributes: Conv2dWeightGradientAttributes = {
      kernel,
      stride: [stride, stride],
      padding: [padding, padding, padding, padding],
      dilation: [dilation, dilation],
      groups,
    };
    const out = (size: number, axis: 0 | 1) =>
      Math.floor((size + 2 * padding - dilation * (kernel[axis] - 1) - 1) / stride) + 1;
    const x = filled(`${name}/x`, [n, c, h, w]);
    const dy = filled(`${name}/dy`, [n, filters, out(h, 0), out(w, 1)]);
    const reference = conv2dWeightGradientReference(x, dy, attributes);
    await checkOperator(conv2dWeightGradient, { x, dy }, attributes, reference);
  });

  // [filters, kernel, stride, padding, groups]
  it.each<[string, [number, number, number, number, number]]>([
    ['3x3', [16, 3, 1, 1, 1]],
    ['5x5 that halves', [40, 5, 2, 2, 1]],
    ['two groups', [8, 3, 1, 1, 2]],
    ['depthwise', [8, 3, 1, 1, 8]],
  ])('reads slices of images with a halo: %s', async (_, [filters, kernel, stride, padding, groups]) => {
    const attributes: Conv2dWeightGradientAttributes = {
      kernel: [kernel, kernel],
      stride: [stride, stride],
      padding: [padding, padding, padding, padding],
      dilation: [1, 1],
      groups,
    };
    const x = filled('embedded/x', [2, 8, 6, 5], 1, 1.5);
    const dy = filled('embedded/dy', [2, filters, Math.ceil(6 / stride), Math.ceil(5 / stride)], 1, 1.5);
    const reference = conv2dWeightGradientReference(x, dy, attributes);
    await checkEmbeddedRows(conv2dWeightGradient, { x, dy }, attributes, reference);
  });

  it('refuses what is no gradient of such a convolution', () => {
    const make = (dy: number[], groups = 1) =>
      apply(conv2dWeightGradient, { x: filled('x', [1, 4, 8, 8]), dy: filled('dy', dy) }, { kernel: [3, 3], groups });
    expect(() => make([1, 6, 8, 8])).toThrow('dy must be of 6x6 pixels and is [n,6,8,8]');
    expect(() => make([1, 5, 6, 6], 2)).toThrow('4 channels and 5 filters do not divide into 2 groups');
  });
});

describe('linear_weight_gradient', () => {
  it.each<[number[], number]>([
    [[64, 40], 12],
    [[3, 130], 70],
    [[2, 5, 3, 4], 9],
  ])('of %s and %d features', async (shape, features) => {
    const x = filled('linear/x', shape);
    const dy = filled('linear/dy', shape.with(1, features));
    await checkOperator(linearWeightGradient, { x, dy }, {}, linearWeightGradientReference(x, dy));
  });

  it('refuses other pixels', () => {
    const tensors = { x: filled('x', [1, 4, 3, 3]), dy: filled('dy', [1, 6, 3, 4]) };
    expect(() => apply(linearWeightGradient, tensors, {})).toThrow(
      "dy must be of x's pixels, [n,4,3,3], and is [n,6,3,4]",
    );
  });
});

describe('filter_transpose', () => {
  it.each([
    [[6, 4, 3, 2], 1],
    [[6, 4, 1, 1], 3],
    [[10, 1, 5, 5], 10],
  ] as const)('of %s in %d groups', async (shape, groups) => {
    const w = { ...filled('w', shape), rows: true };
    await checkOperator(filterTranspose, { w }, { groups }, filterTransposeReference(w, groups));
  });

  it('undoes itself', () => {
    const w = filled('w', [6, 4, 3, 2], 1, 0, true);
    const once = filterTranspose.of({ w: graphInput('w', w) }, { groups: 2 }, 'once');
    const twice = filterTranspose.of({ w: once }, { groups: 2 }, 'twice');
    const { y } = evaluate(twice, { w });
    expect([...y]).toEqual([...w.data]);
  });
});

describe('dilate', () => {
  it.each([
    [
      [1, 3, 1, 1],
      [2, 3],
      [0, 0, 0, 0],
    ],
    [
      [2, 10, 4, 3],
      [2, 3],
      [1, 2, 3, 0],
    ],
    [
      [2, 8, 4, 5],
      [3, 2],
      [-1, 2, -3, -2],
    ],
    [
      [1, 5, 2, 2],
      [4, 4],
      [-2, -5, 3, 4],
    ],
  ] as const)('of %s by %s with %s', async (shape, stride, padding) => {
    const x = filled('dilate/x', shape);
    const attributes = {
      stride: [...stride] as [number, number],
      padding: [...padding] as [number, number, number, number],
    };
    await checkOperator(dilate, { x }, attributes, dilateReference(x, attributes));
  });

  it('reads and writes slices of other images', async () => {
    const attributes = {
      stride: [2, 1] as [number, number],
      padding: [1, -1, 0, 2] as [number, number, number, number],
    };
    await checkEmbedded(dilate, attributes, (x) => dilateReference(x, attributes));
  });

  it('refuses to leave nothing', () => {
    expect(() => apply(dilate, { x: filled('x', [1, 1, 2, 2]) }, { stride: [2, 2], padding: [-2, 0, -1, 0] })).toThrow(
      'padding [-2,0,-1,0] leaves nothing of 2x2 pixels',
    );
  });
});

describe('crop', () => {
  it.each([
    [
      [1, 3, 4, 3],
      [1, 0, 2, 2],
    ],
    [
      [2, 20, 5, 5],
      [0, 1, 0, 0],
    ],
  ] as const)('of %s by %s', async (shape, padding) => {
    const x = filled('crop/x', shape);
    const attributes = { padding: [...padding] as [number, number, number, number] };
    await checkOperator(crop, { x }, attributes, cropReference(x, attributes));
  });

  it('reads and writes slices of other images', async () => {
    const attributes = { padding: [2, 1, 1, 1] as [number, number, number, number] };
    await checkEmbedded(crop, attributes, (x) => cropReference(x, attributes));
  });

  it('refuses to leave nothing', () => {
    expect(() => apply(crop, { x: filled('x', [1, 1, 3, 3]) }, { padding: [0, 1, 0, 2] })).toThrow(
      'a border of [0,1,0,2] leaves nothing of 3x3 pixels',
    );
  });
});

it('the gradient of pad is cut out by kernels', async () => {
  const x = filled('pad/x', [2, 5, 4, 3]);
  const value = apply(pad, { x }, { padding: [1, 2, 0, 3], channels: 4 });
  await checkGradientKernels(value, { x }, upstream('pad/dy', value, evaluate(value, { x }).shape));
  expect(graphOf(ruleOf(value)).values.map(({ operator }) => operator?.name)).toEqual([undefined, 'crop', 'slice']);
});

describe('filters that a run changes', () => {
  const x = filled('changed/x', [1, 16, 8, 8]);
  const w = filled('changed/w', [16, 16, 3, 3], 0.25, 0, true);
  const attributes = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } satisfies Attributes;
  const step = Float32Array.of(0, 1, 0, 0, 0, 0, 0, 0);

  it('are packed anew in the next, for every kernel', async () => {
    const tensors = { x, w };
    const value = apply(conv2d, tensors, attributes);
    const dx = ruleOf(value, ['x']).x!;
    const g = conv2dWeightGradient.of({ x: value.inputs.x, dy: value }, { ...attributes, kernel: [3, 3] }, 'g');
    const changed = accumulate.of({ sum: value.inputs.w, g, step: input('step', [8]) }, {}, 'changed');
    for (const kernel of await candidates(value)) {
      const run = await running(graphOf({ y: value, dx }, [changed]), { w: w.data }, kernel);
      let now = w.data;
      for (let i = 0; i < 2; i++) {
        const dy = filled(`changed/dy${i}`, [1, 16, 8, 8]);
        const { y, dx: made } = await run.run({ x: x.data, dy: dy.data, step });
        const held = { x, w: { ...w, data: now }, dy };
        const [forward, back] = [value, dx].map((node) => widest(node, evaluate(node, held), held));
        expect(worst(y!, forward!.y, boundOf(forward!)), `y by ${kernel}, run ${i}`).toBeNull();
        expect(worst(made!, back!.y, boundOf(back!)), `dx by ${kernel}, run ${i}`).toBeNull();
        const next = Float32Array.from(await run.read('w'));
        expect(next).not.toEqual(now);
        now = next;
      }
      run.dispose();
    }
  });
});

// What real GPUs take: chunks and workgroups of other sizes than a CPU's.
describe('conv2d_weight_gradient as on a GPU', () => {
  it.each<[string, number, [number, number, number, number], number]>([
    ['conv2d_weight_gradient_tile_64x64', 1, [2, 12, 19, 11], 72],
    ['conv2d_weight_gradient_tile_32x64', 1, [2, 12, 19, 11], 40],
    ['conv2d_weight_gradient_tile_32x32', 1, [2, 12, 19, 11], 40],
    ['conv2d_weight_gradient_grouped', 3, [2, 12, 9, 11], 6],
    ['depthwise_weight_gradient', 36, [2, 36, 9, 11], 36],
  ])('by %s', async (kernel, groups, shape, filters) => {
    const acquired = await testDevice();
    const attributes = { kernel: [3, 3], padding: [1, 1, 1, 1], groups };
    const tensors = { x: filled('gpu/x', shape), dy: filled('gpu/dy', shape.with(1, filters)) };
    const value = apply(conv2dWeightGradient, tensors, attributes);
    const facts = { ...acquired.facts, fallback: false, subgroupSize: null };
    const program = compile(graphOf({ y: value }), facts, () => kernel);
    expect(program.run.map((step) => step.kernel.name)).toContain(kernel.replace(/_\d+x\d+$/, ''));
    const pipelines = testPipelines(acquired);
    await pipelines.compile(program.run.map((step) => step.kernel));
    const executor = await Executor.load(acquired, pipelines, program, []);
    const { y } = await executor.run(2, { x: tensors.x.data, dy: tensors.dy.data });
    executor.dispose();
    const reference = evaluate(value, tensors);
    expect(worst(y!, reference.y, boundOf(reference))).toBeNull();
  });
});
