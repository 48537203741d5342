// One convolution by every kernel that can serve it, each within the bound of what it adds up.

import { expect } from 'vitest';
import * as z from 'zod/mini';
import type { Value } from '../../src/runtime/graph/value.ts';
import { relu } from '../../src/wgsl/activation/activation.ts';
import { conv2dReference } from '../../src/wgsl/conv2d/conv2d.ref.ts';
import { type Conv2dAttributes, conv2d } from '../../src/wgsl/conv2d/conv2d.ts';
import { defineOp } from '../../src/wgsl/op.ts';
import type { Reference } from '../../src/wgsl/shared/reference.ref.ts';
import { isWinograd, winogradGradientTerms, winogradTerms } from '../../src/wgsl/winograd/winograd.ref.ts';
import { apply, boundOf, candidates, filled, runValue, type TestTensor, worst } from './operators.ts';

export interface ConvolutionTensors {
  readonly x: TestTensor;
  readonly w: TestTensor;
  readonly bias?: TestTensor;
  readonly residual?: TestTensor;
}

export type ConvolutionAttributes = Pick<Conv2dAttributes, 'stride' | 'padding' | 'dilation' | 'groups'> & {
  readonly activation?: 'relu';
};

// What the oracle's small cases do not reach: [batch, C, H, W], filters, kernel, stride, padding, groups, and what follows.
export const convolutionCases: [
  string,
  [number, number, number, number],
  number,
  number,
  number,
  number,
  number,
  string,
][] = [
  ['many channels, odd counts of everything', [1, 36, 13, 11], 20, 3, 1, 1, 1, ''],
  ['three images, residual and relu', [3, 20, 9, 14], 36, 3, 1, 1, 1, 'residual relu'],
  ['two tiles of four rows, many filters', [2, 16, 7, 7], 100, 3, 1, 1, 1, 'relu'],
  ['as many channels as pay for transforms', [2, 40, 9, 7], 36, 3, 1, 1, 1, 'residual relu'],
  ['no padding, residual', [1, 24, 12, 10], 16, 3, 1, 0, 1, 'residual'],
  ['more padding than the kernel needs', [1, 16, 8, 9], 16, 3, 1, 2, 1, 'relu'],
  ['a point that skips pixels, residual', [3, 20, 9, 9], 100, 1, 2, 0, 1, 'residual relu'],
  ['the stem of a residual network', [2, 3, 33, 29], 36, 7, 2, 3, 1, 'relu'],
  ['a stem without padding', [2, 1, 14, 15], 6, 5, 1, 0, 1, ''],
  ['one pixel of many channels', [3, 300, 1, 1], 50, 1, 1, 0, 1, ''],
  ['a last tile of three pixels', [1, 8, 8, 12], 20, 3, 2, 2, 1, 'residual relu'],
  ['groups as wide as a subgroup', [2, 32, 6, 7], 64, 3, 1, 1, 4, 'residual relu'],
  ['groups of four', [2, 48, 7, 6], 24, 3, 2, 1, 6, 'residual'],
  ['depthwise 3x3, wide, residual', [2, 20, 5, 19], 20, 3, 1, 1, 20, 'residual relu'],
  ['depthwise 3x3 that halves', [3, 36, 15, 18], 36, 3, 2, 1, 36, 'relu'],
  ['depthwise 3x3 in several strips, residual', [2, 8, 33, 6], 8, 3, 1, 1, 8, 'residual relu'],
  ['depthwise 3x3 that halves, in several strips', [1, 8, 31, 7], 8, 3, 2, 1, 8, ''],
  ['depthwise 7x7 that thirds', [1, 12, 22, 25], 12, 7, 3, 3, 12, ''],
];

/** Its tensors and attributes. */
export function convolutionCase([
  name,
  [n, c, h, w],
  filters,
  kernel,
  stride,
  pad,
  groups,
  follows,
]: (typeof convolutionCases)[number]): { tensors: ConvolutionTensors; attributes: ConvolutionAttributes } {
  const p = Math.floor((h + 2 * pad - kernel) / stride) + 1;
  const q = Math.floor((w + 2 * pad - kernel) / stride) + 1;
  const tensors = {
    x: filled(`${name}/x`, [n, c, h, w]),
    w: filled(`${name}/w`, [filters, c / groups, kernel, kernel], 1, 0, true),
    bias: filled(`${name}/bias`, [filters], 1, 0, true),
    ...(follows.includes('residual') && { residual: filled(`${name}/residual`, [n, filters, p, q]) }),
  };
  const attributes = {
    stride: [stride, stride] as [number, number],
    padding: [pad, pad, pad, pad] as [number, number, number, number],
    dilation: [1, 1] as [number, number],
    groups,
    ...(follows.includes('relu') && { activation: 'relu' as const }),
  };
  return { tensors, attributes };
}

/** A ReLU that no pass takes for one, and that asks for zeros around its input. */
export const reader = defineOp({
  ...relu,
  name: 'reader',
  attributes: z.object({}),
  shape: ({ x }) => x?.shape ?? [],
  kernels: relu.kernels.map(({ name, emit }) => ({
    name,
    emit: (call, emitter) => emit({ ...call, attributes: { slope: null } }, emitter),
    suits: () => 1,
    needs: () => ({ x: { halo: { top: 1, left: 1, bottom: 2, right: 3 } } }),
  })),
});

/** The reference; rounding cannot grow in `activation`, which never moves two numbers apart. */
export function convolution(tensors: ConvolutionTensors, attributes: ConvolutionAttributes): Reference {
  const reference = conv2dReference(tensors, attributes);
  const y = attributes.activation ? reference.y.map((v) => Math.max(0, v)) : reference.y;
  return { ...reference, y, granted: new Float64Array(y.length) };
}

/** What a kernel adds up: Winograd's sums are of other terms, and larger ones, than those of the definition. */
export function summedBy(
  kernel: string,
  reference: Reference,
  { x, w, bias, residual }: ConvolutionTensors,
  { padding }: ConvolutionAttributes,
): Reference {
  if (!isWinograd(kernel)) return reference;
  const { terms, length } = winogradTerms(x, w, padding, kernel);
  const [, K = 1, P = 1, Q = 1] = reference.shape;
  const outside = terms.map((sum, i) => {
    const k = Math.floor(i / (P * Q)) % K;
    return sum + Math.abs(bias?.data[k] ?? 0) + Math.abs(residual?.data[i] ?? 0);
  });
  return { ...reference, terms: outside, length: length + (bias ? 1 : 0) + (residual ? 1 : 0) };
}

/** The same of a kernel of any operator, whose inputs are among the tensors where that is Winograd's gradient of filters. */
export function gradientSummedBy<R extends Pick<Reference, 'terms' | 'length'>>(
  kernel: string,
  reference: R,
  { inputs: { x, dy }, attributes }: Value,
  tensors: Readonly<Record<string, TestTensor>>,
): R {
  if (kernel !== 'winograd_weight_gradient') return reference;
  const given = [tensors[x?.name ?? ''], tensors[dy?.name ?? '']] as const;
  if (!given[0] || !given[1]) throw new Error(`x and dy of ${kernel} are not given: ${x?.name}, ${dy?.name}`);
  const { padding } = attributes as ConvolutionAttributes;
  return { ...reference, ...winogradGradientTerms(given[0], given[1], padding) };
}

/**
 * Runs them all and returns their names. Where the result ends in a ReLU, it is written with zeros around it, which a reader
 * asked for, and that must stay zero.
 */
export async function checkConvolution(
  tensors: ConvolutionTensors,
  attributes: ConvolutionAttributes,
): Promise<readonly string[]> {
  const reference = convolution(tensors, attributes);
  const value = apply(conv2d, { ...tensors }, attributes);
  const names = await candidates(value);
  for (const kernel of names) {
    const result = attributes.activation ? reader.of({ x: value }, {}, 'reader') : value;
    const run = await runValue(result, { ...tensors }, kernel, value);
    expect(run.shape, kernel).toEqual(reference.shape);
    expect(worst(run.y, reference.y, boundOf(summedBy(kernel, reference, tensors, attributes))), kernel).toBeNull();
    expect(run.strayWrites, kernel).toBe(0);
  }
  return names;
}
