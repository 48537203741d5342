// Every convolution kernel against the float64 reference, and against torch's numbers.

import { describe, expect, it } from 'vitest';
import { compile } from '../../src/runtime/compile/compile.ts';
import { Executor } from '../../src/runtime/device/executor.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import type { AdapterFacts } from '../../src/runtime/plan/facts.ts';
import type { Program } from '../../src/runtime/plan/program.ts';
import { broadcastLanes } from '../../src/wgsl/conv2d/broadcast_lanes.ts';
import { conv2d, tileNames } from '../../src/wgsl/conv2d/conv2d.ts';
import type { Reference } from '../../src/wgsl/shared/reference.ref.ts';
import { checkEmbedded } from '../support/check.ts';
import {
  type ConvolutionAttributes as Attributes,
  type ConvolutionTensors,
  checkConvolution,
  convolution,
  convolutionCase,
  convolutionCases,
  summedBy,
} from '../support/convolutions.ts';
import { limited } from '../support/facts.ts';
import { testDevice } from '../support/gpu.ts';
import { apply, boundOf, filled, runValue, type TestTensor, testPipelines, worst } from '../support/operators.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

interface OracleCase {
  name: string;
  op: string;
  attrs: {
    stride: [number, number];
    pad: [number, number, number, number];
    dilation: [number, number];
    groups: number;
  };
  inputs: Record<string, [number[], number, number]>;
  out: { y: { shape: number[]; data: number[] } };
}

// What serves adapters with no subgroups, or with wide ones, in the sizes of workgroups that it takes there. Each comes first in a
// test of its own: CPU drivers take seconds to compile a tile. [channels, kernel, groups, stride]
const onGpus: readonly [string, [number, number, number, number]][] = [
  ...tileNames.map((name): [string, [number, number, number, number]] => [name, [36, 3, 1, 2]]),
  ['conv2d_vector', [36, 1, 1, 1]],
  ['conv2d_grouped', [12, 3, 3, 1]],
  ['depthwise', [12, 3, 12, 1]],
];

describe('conv2d as on a GPU', () => {
  it.each(onGpus)('by %s', async (kernel, [channels, size, groups, stride]) => {
    const { facts } = await testDevice();
    const [h, w] = size === 1 ? [3, 2] : [9, 11];
    const tensors = {
      x: filled(`${kernel}/x`, [2, channels, h, w]),
      w: filled(`${kernel}/w`, [channels, channels / groups, size, size], 1, 0, true),
    };
    const gpu = { ...facts, fallback: false, subgroupSize: null };
    await checkAs(gpu, tensors, [stride, stride], size >> 1, groups, kernel);
  });
});

describe('conv2d', async () => {
  const oracle = await sharedJson<{ cases: OracleCase[] }>('oracle/data/ops/conv.json');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));

  it.each(oracle?.cases.filter(({ op }) => op === 'conv2d') ?? [])('$name', async ({ name, attrs, inputs, out }) => {
    const tensor = (key: string, parameter: boolean): TestTensor =>
      filled(`${name}/${key}`, ...inputs[key]!, parameter);
    const tensors = { x: tensor('x', false), w: tensor('w', true), ...(inputs.b && { bias: tensor('b', true) }) };
    const attributes = { stride: attrs.stride, padding: attrs.pad, dilation: attrs.dilation, groups: attrs.groups };
    const reference = convolution(tensors, attributes);
    expect(reference.shape).toEqual(out.y.shape);
    expect(worst(out.y.data, reference.y, boundOf(reference))).toBeNull();
    await checkConvolution(tensors, attributes);
  });
});

describe('conv2d beyond the oracle', () => {
  it.each(convolutionCases)('%s', async (...given) => {
    const { tensors, attributes } = convolutionCase(given);
    await checkConvolution(tensors, attributes);
  });

  it('adds up the parts of sums alike, by workgroups of their own and by one', async () => {
    // 256 tiles of 64 pixels, which is where one begins to make all parts.
    const many = filled('parts/x', [64, 256, 16, 16]);
    const one = { ...many, shape: [1, 256, 16, 16], data: many.data.slice(0, 256 * 256) };
    const w = filled('parts/w', [12, 256, 1, 1], 0.1, 0, true);
    const [alone, among] = await Promise.all(
      [one, many].map((x) => {
        const value = apply(conv2d, { x, w }, {});
        return runValue(value, { x, w }, 'conv2d_split_64x64', value);
      }),
    );
    expect(among!.y.slice(0, alone!.y.length)).toEqual(alone!.y);
  });

  it('breaks weights into rows of a texture', async (context) => {
    const { facts } = await testDevice();
    if (broadcastLanes({ facts }) !== 8)
      return context.skip('weights lie in textures where subgroups of a CPU are of eight');
    const tensors = {
      x: filled('folded/x', [2, 48, 6, 5]),
      w: filled('folded/w', [20, 48, 3, 3], 1, 0, true),
    };
    // A row of two steps of eight lanes.
    const narrow = limited(facts, { maxTextureDimension2D: 130 });
    const { buffers } = await checkAs(narrow, tensors, [1, 1], 1, 1, 'conv2d_broadcast');
    expect(buffers.some(({ layout }) => layout.kind === 'texture' && layout.width === 128)).toBe(true);
  });
});

/** Compiles a kernel for an adapter of other facts than the test device's, and runs it here. */
async function checkAs(
  facts: AdapterFacts,
  tensors: ConvolutionTensors,
  stride: [number, number],
  pad: number,
  groups: number,
  kernel: string,
): Promise<Program> {
  const acquired = await testDevice();
  const attributes: Attributes = { stride, padding: [pad, pad, pad, pad], dilation: [1, 1], groups };
  const value = apply(conv2d, { ...tensors }, attributes);
  const program = compile(graphOf({ y: value }), facts, ({ operator }) => (operator === conv2d ? kernel : undefined));
  const pipelines = testPipelines(acquired);
  await pipelines.compile([...program.load, ...program.run].map((step) => step.kernel));
  const executor = await Executor.load(acquired, pipelines, program, [{ name: 'w', ...tensors.w }]);
  const { y } = await executor.run(tensors.x.shape[0] ?? 1, { x: tensors.x.data });
  executor.dispose();
  const reference = convolution(tensors, attributes);
  expect(worst(y!, reference.y, boundOf(reference))).toBeNull();
  return program;
}

// [filters, kernel, stride, padding, groups], on eight channels of an image that has others, and zeros for others, around it.
const embedded: [string, [number, number, number, number, number]][] = [
  ['3x3', [16, 3, 1, 1, 1]],
  ['5x5 that halves', [8, 5, 2, 2, 1]],
  ['a point', [12, 1, 1, 0, 1]],
  ['two groups', [8, 3, 1, 1, 2]],
  ['depthwise', [8, 3, 1, 1, 8]],
];

describe('conv2d between slices of concatenated images', () => {
  it.each(embedded)('%s', async (name, [filters, kernel, stride, pad, groups]) => {
    const attributes = {
      stride: [stride, stride],
      padding: [pad, pad, pad, pad],
      dilation: [1, 1],
      groups,
    } satisfies Attributes;
    const others = {
      w: filled(`${name}/w`, [filters, 8 / groups, kernel, kernel], 1, 0, true),
      bias: filled(`${name}/bias`, [filters], 1, 0, true),
    };
    const referenceOf = (x: TestTensor): Reference => {
      const tensors = { x, ...others };
      const reference = convolution(tensors, attributes);
      // All kernels are held against one bound here, so against the widest: each one's own is tested above.
      return kernel === 3 && groups === 1 ? summedBy('winograd', reference, tensors, attributes) : reference;
    };
    await checkEmbedded(conv2d, attributes, referenceOf, { others });
  });
});
