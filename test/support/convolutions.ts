// One convolution by every kernel that can serve it, each within the bound of what it adds up.

import { expect } from 'vitest';
import * as z from 'zod/mini';
import { relu } from '../../src/wgsl/activation/activation.ts';
import { conv2dReference } from '../../src/wgsl/conv2d/conv2d.ref.ts';
import { type Conv2dAttributes, conv2d } from '../../src/wgsl/conv2d/conv2d.ts';
import { defineOp } from '../../src/wgsl/op.ts';
import type { Reference } from '../../src/wgsl/shared/reference.ref.ts';
import { isWinograd, winogradTerms } from '../../src/wgsl/winograd/winograd.ref.ts';
import { apply, boundOf, candidates, runValue, type TestTensor, worst } from './operators.ts';

export interface ConvolutionTensors {
  readonly x: TestTensor;
  readonly w: TestTensor;
  readonly bias?: TestTensor;
  readonly residual?: TestTensor;
}

export type ConvolutionAttributes = Pick<Conv2dAttributes, 'stride' | 'padding' | 'dilation' | 'groups'> & {
  readonly activation?: 'relu';
};

/** A ReLU that no pass takes for one, and that asks for zeros around its input. */
const reader = defineOp({
  ...relu,
  name: 'reader',
  attributes: z.object({}),
  shape: ({ x }) => x?.shape ?? [],
  kernels: relu.kernels.map((kernel) => ({
    ...kernel,
    emit: (call, emitter) => kernel.emit({ ...call, attributes: { slope: null } }, emitter),
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
