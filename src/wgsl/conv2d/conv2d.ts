// 2-D convolution (cross-correlation, as in PyTorch): attributes, shape rule, and which kernel serves which call.

import * as z from 'zod/mini';
import { atBatch, formatShape, type Value } from '../../runtime/graph/value.ts';
import type { AdapterFacts } from '../../runtime/plan/facts.ts';
import { positive } from '../../runtime/whole_number.ts';
import { epilogueAttributes } from '../activation/epilogue.ts';
import { wholes } from '../attributes.ts';
import { late, onCpu, type Way } from '../late.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { conv2dDirect } from './conv2d_direct.ts';

const pair = wholes(2, 1);

export const conv2dAttributes = z.object({
  /** Vertical and horizontal. */
  stride: z._default(pair, [1, 1]),
  /** Zeros around the input: top, left, bottom, right. */
  padding: z._default(wholes(4, 0), [0, 0, 0, 0]),
  dilation: z._default(pair, [1, 1]),
  groups: z._default(positive, 1),
  ...epilogueAttributes,
});

export type Conv2dAttributes = z.infer<typeof conv2dAttributes>;

/** Pixels by filters of a workgroup, sums made at once or split into parts. */
export const tileNames = [
  'conv2d_tile_64x64',
  'conv2d_tile_64x32',
  'conv2d_tile_32x32',
  'conv2d_split_64x64',
  'conv2d_split_32x32',
] as const;

/** The same, by units for matrices. */
export const matrixNames = [
  'conv2d_matrix_128x64',
  'conv2d_matrix_64x64',
  'conv2d_matrix_32x32',
  'conv2d_matrix_split_64x64',
  'conv2d_matrix_split_32x32',
] as const;

const namesOnCpu = [
  'conv2d_rows',
  'conv2d_quads',
  'conv2d_broadcast',
  'conv2d_broadcast_4',
  'conv2d_broadcast_storage',
  'conv2d_broadcast_uniform',
  'conv2d_texels',
  'conv2d_texels_4',
  'conv2d_narrow',
  'winograd',
  'winograd_2x2',
] as const;

const onGpu = (facts: AdapterFacts) => !onCpu(facts);
const withMatrices = ({ matrix }: AdapterFacts) => matrix !== undefined;
const threeByThree = (facts: AdapterFacts, { inputs }: Value) =>
  onGpu(facts) && inputs.w?.shape[2] === 3 && inputs.w.shape[3] === 3;
// What only measuring chooses.
const nowhere = () => false;
const grouped = (_: AdapterFacts, { attributes }: Value) => Number(attributes.groups) > 1;

const groupedOnCpu = (facts: AdapterFacts, value: Value) => onCpu(facts) && grouped(facts, value);

/** Candidates of one module. */
function family<N extends string>(
  names: readonly N[],
  wanted: (facts: AdapterFacts, value: Value) => boolean,
  module: () => Promise<{ readonly ways: Readonly<Record<N, Way<Conv2dAttributes>>> }>,
): readonly Candidate<Conv2dAttributes>[] {
  return names.map((name) => late(name, wanted, async () => (await module()).ways[name]));
}

const kernels: readonly Candidate<Conv2dAttributes>[] = [
  conv2dDirect,
  late(
    'conv2d_grouped',
    (facts, value) => onCpu(facts) || grouped(facts, value),
    () => import('./conv2d_grouped.ts'),
  ),
  ...family(tileNames, onGpu, () => import('./conv2d_tile.ts')),
  ...family(matrixNames, withMatrices, () => import('./conv2d_matrix.ts')),
  late('conv2d_vector', nowhere, () => import('./conv2d_vector.ts')),
  ...family(namesOnCpu, onCpu, () => import('./ways_on_cpu.ts')),
  late('winograd_tile', threeByThree, async () => (await import('../winograd/winograd_tile.ts')).winogradTile),
  late('depthwise', grouped, () => import('../depthwise/depthwise.ts')),
  late('depthwise_3x3', groupedOnCpu, () => import('../depthwise/depthwise_3x3.ts')),
  late('depthwise_texels', groupedOnCpu, () => import('../depthwise/depthwise_texels.ts')),
  ...family(['depthwise_4x4', 'depthwise_2x4'], grouped, () => import('../depthwise/depthwise_block.ts')),
];

/** x [n, C, H, W], w [K, C/groups, R, S], bias [K], residual [n, K, P, Q] -> [n, K, P, Q]. */
export const conv2d = defineOp({
  name: 'conv2d',
  attributes: conv2dAttributes,
  inputs: ['x', 'w', 'bias?', 'residual?'],
  epilogue: true,
  shape(inputs, { stride, padding, dilation, groups }, fail) {
    const x = activation(inputs, 'x', 4, fail);
    const weight = inputs.w?.shape.map((dim) => atBatch(dim, 1)) ?? [];
    const [, channels = 0, height = 0, width = 0] = x.shape.map((dim) => atBatch(dim, 1));
    const [filters = 0, perGroup = 0, kernelH = 0, kernelW = 0] = weight;
    if (weight.length !== 4) throw fail(`weight must be [K,C/groups,R,S] and is ${formatShape(weight)}`);
    if (filters % groups !== 0) throw fail(`${filters} filters do not divide into ${groups} groups`);
    if (perGroup * groups !== channels)
      throw fail(`weight expects ${perGroup * groups} input channels, input has ${channels} (${formatShape(x.shape)})`);
    if (inputs.bias && (inputs.bias.shape.length !== 1 || inputs.bias.shape[0] !== filters))
      throw fail(`bias must be [${filters}] and is ${formatShape(inputs.bias.shape)}`);
    const out = (size: number, before: number, after: number, kernel: number, axis: 0 | 1) =>
      Math.floor((size + before + after - dilation[axis] * (kernel - 1) - 1) / stride[axis]) + 1;
    const p = out(height, padding[0], padding[2], kernelH, 0);
    const q = out(width, padding[1], padding[3], kernelW, 1);
    if (p < 1 || q < 1)
      throw fail(
        `kernel ${kernelH}x${kernelW} does not fit into input ${formatShape(x.shape)} with padding ${padding}`,
      );
    const shape = ['n', filters, p, q] as const;
    if (inputs.residual && formatShape(inputs.residual.shape) !== formatShape(shape))
      throw fail(`residual must be ${formatShape(shape)} and is ${formatShape(inputs.residual.shape)}`);
    return shape;
  },
  macs: conv2dMacs,
  kernels,
});

/** Multiply-adds for one image: each weight once for each output pixel. */
export function conv2dMacs({ shape, inputs }: Value): number {
  const [, , p = 1, q = 1] = shape.map((dim) => atBatch(dim, 1));
  return (inputs.w?.shape ?? []).reduce<number>((product, dim) => product * atBatch(dim, 1), p * q);
}
