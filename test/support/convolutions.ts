// One convolution by every kernel that can serve it, each within the bound of what it adds up.

import { expect } from 'vitest';
import type { Value } from '../../src/runtime/graph/value.ts';
import { conv2dReference } from '../../src/wgsl/conv2d/conv2d.ref.ts';
import { type Conv2dAttributes, conv2d } from '../../src/wgsl/conv2d/conv2d.ts';
import type { Reference } from '../../src/wgsl/shared/reference.ref.ts';
import { winogradTerms } from '../../src/wgsl/winograd/winograd.ref.ts';
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
  if (kernel !== 'winograd') return reference;
  const { terms, length } = winogradTerms(x, w, padding);
  const [, K = 1, P = 1, Q = 1] = reference.shape;
  const outside = terms.map((sum, i) => {
    const k = Math.floor(i / (P * Q)) % K;
    return sum + Math.abs(bias?.data[k] ?? 0) + Math.abs(residual?.data[i] ?? 0);
  });
  return { ...reference, terms: outside, length: length + (bias ? 1 : 0) + (residual ? 1 : 0) };
}

/** Runs them all and returns their names. `around` may put the convolution into a graph whose result is the same numbers. */
export async function checkConvolution(
  tensors: ConvolutionTensors,
  attributes: ConvolutionAttributes,
  around: (value: Value) => Value = (value) => value,
): Promise<readonly string[]> {
  const reference = convolution(tensors, attributes);
  const value = apply(conv2d, { ...tensors }, attributes);
  const names = await candidates(value);
  for (const kernel of names) {
    const run = await runValue(around(value), { ...tensors }, kernel, value);
    expect(run.shape, kernel).toEqual(reference.shape);
    expect(worst(run.y, reference.y, boundOf(summedBy(kernel, reference, tensors, attributes))), kernel).toBeNull();
    expect(run.strayWrites, kernel).toBe(0);
  }
  return names;
}
