// Activation functions as a kernel's last step: which file is joined, and its two numbers.

import * as z from 'zod/mini';
import range from './activate_range.wgsl';

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
type OfRange = 'relu' | 'relu6';
export type OtherActivation = Exclude<ActivationName, OfRange>;

let others: Readonly<Record<OtherActivation, string>> | undefined;

const isOther = (name: unknown): name is OtherActivation =>
  name !== 'relu' && name !== 'relu6' && activationNames.includes(name as ActivationName);

/** Downloads the other activation functions if one of these names is one of them; to be awaited before their `activationText`. */
export async function loadActivations(names: readonly unknown[]): Promise<void> {
  if (names.some(isOther)) others = (await import('./other_texts.ts')).otherTexts;
}

/** The file that gives `fn activate(v: vec4f) -> vec4f`. The kernel's Params must have `low` and `high`, both f32. */
export function activationText({ activation }: Epilogue): string {
  if (!isOther(activation)) return range;
  if (!others) throw new TypeError(`activation ${activation} has not been loaded`);
  return others[activation];
}

/** The numbers for `low` and `high`. */
export function activationUniforms({ activation, slope }: Epilogue): { low: number; high: number } {
  if (activation === 'leaky_relu') return { low: slope ?? 0.01, high: 0 };
  return {
    low: activation === 'relu' || activation === 'relu6' ? 0 : Number.NEGATIVE_INFINITY,
    high: activation === 'relu6' ? 6 : Number.POSITIVE_INFINITY,
  };
}
