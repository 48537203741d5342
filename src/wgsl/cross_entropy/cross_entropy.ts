// Softmax and cross-entropy in one: the loss of classifiers.

import * as z from 'zod/mini';
import type { Call, Candidate } from '../op.ts';
import { defineOp } from '../op.ts';
import { lossKernels } from '../shared/loss.ts';
import source from './cross_entropy.wgsl';
import ofLogits from './of_logits.wgsl';
import { lossShape, type TargetAttributes, targetAttributes, targetsOf } from './targets.ts';

export const crossEntropyAttributes = z.object({
  ...targetAttributes,
  labelSmoothing: z._default(z.number().check(z.gte(0), z.lte(1)), 0),
  /**
   * j of LeCun et al. 1998, equation 9: exp(-j) is added to the sum of exponentials, so that a pattern of no class costs something too. Null
   * for none.
   */
  rubbish: z._default(z.nullable(z.number()), null),
});
export type CrossEntropyAttributes = z.infer<typeof crossEntropyAttributes>;

export function rubbishUniforms({ rubbish }: { readonly rubbish: number | null }): Record<string, number> {
  return { has_rubbish: rubbish === null ? 0 : 1, rubbish: rubbish ?? 0 };
}

/** The kernels of a loss over classes, of whose x the joined text makes probabilities. */
export function classKernels<A extends TargetAttributes>(
  name: string,
  probabilities: string,
  rubbish: (call: Call<A>) => number | null,
): readonly Candidate<A>[] {
  return lossKernels<A>(name, (call, emitter) => {
    const targets = targetsOf(call, emitter);
    return {
      sources: [source, probabilities, ...targets.sources],
      bind: { x: emitter.input('x'), ...targets.bind },
      uniforms: { ...targets.uniforms, ...rubbishUniforms({ rubbish: rubbish(call) }) },
    };
  });
}

/**
 * x [n, C], target [n, 1] class numbers or, where C > 1, [n, C] probabilities, weight [C] -> [1], or [n, 1] for reduction 'none'. As torch's:
 * a mean of class numbers is weighted, and one of nothing is NaN.
 */
export const crossEntropy = defineOp({
  name: 'cross_entropy',
  attributes: crossEntropyAttributes,
  inputs: ['x', 'target', 'weight?'],
  shape: lossShape,
  kernels: classKernels<CrossEntropyAttributes>('cross_entropy', ofLogits, (call) => call.attributes.rubbish),
});
