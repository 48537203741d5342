// Activation functions as a kernel's last step: which file is joined, and its two numbers.

import * as z from 'zod/mini';
import gelu from './activate_gelu.wgsl';
import hardsigmoid from './activate_hardsigmoid.wgsl';
import hardswish from './activate_hardswish.wgsl';
import leakyRelu from './activate_leaky_relu.wgsl';
import range from './activate_range.wgsl';
import sigmoid from './activate_sigmoid.wgsl';
import silu from './activate_silu.wgsl';
import tanh from './activate_tanh.wgsl';

export const activationNames = [
  'relu',
  'relu6',
  'sigmoid',
  'tanh',
  'silu',
  'gelu',
  'hardswish',
  'hardsigmoid',
  'leaky_relu',
] as const;

export type ActivationName = (typeof activationNames)[number];

/** Attributes of every operator whose kernels end in an activation. `slope` is leaky_relu's and null elsewhere. */
export const epilogueAttributes = {
  activation: z._default(z.nullable(z.enum(activationNames)), null),
  slope: z._default(z.nullable(z.number()), null),
};

export interface Epilogue {
  readonly activation: ActivationName | null;
  readonly slope: number | null;
}

// relu, relu6 and none are one text with two numbers, so that they share a pipeline.
const texts: Readonly<Record<ActivationName | 'none', string>> = {
  none: range,
  relu: range,
  relu6: range,
  sigmoid,
  tanh,
  silu,
  gelu,
  hardswish,
  hardsigmoid,
  leaky_relu: leakyRelu,
};

/** The file that gives `fn activate(v: vec4f) -> vec4f`. The kernel's Params must have `low` and `high`, both f32. */
export function activationText({ activation }: Epilogue): string {
  return texts[activation ?? 'none'];
}

/** The numbers for `low` and `high`. */
export function activationUniforms({ activation, slope }: Epilogue): { low: number; high: number } {
  if (activation === 'leaky_relu') return { low: slope ?? 0.01, high: 0 };
  return {
    low: activation === 'relu' || activation === 'relu6' ? 0 : Number.NEGATIVE_INFINITY,
    high: activation === 'relu6' ? 6 : Number.POSITIVE_INFINITY,
  };
}
