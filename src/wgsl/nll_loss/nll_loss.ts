// The negative log-likelihood: cross-entropy of what log_softmax has made.

import * as z from 'zod/mini';
import { classKernels } from '../cross_entropy/cross_entropy.ts';
import ofLogarithms from '../cross_entropy/of_logarithms.wgsl';
import { isSoft, lossShape, targetAttributes } from '../cross_entropy/targets.ts';
import { defineOp } from '../op.ts';

export const nllLossAttributes = z.object(targetAttributes);
export type NllLossAttributes = z.infer<typeof nllLossAttributes>;

/** x [n, C] logarithms of probabilities, target [n, 1] class numbers, weight [C] -> [1], or [n, 1] for reduction 'none'. */
export const nllLoss = defineOp({
  name: 'nll_loss',
  attributes: nllLossAttributes,
  inputs: ['x', 'target', 'weight?'],
  shape(inputs, attributes, fail) {
    const shape = lossShape(inputs, attributes, fail);
    if (isSoft(inputs)) throw fail('target must be [n,1]: class numbers');
    return shape;
  },
  kernels: classKernels<NllLossAttributes>('nll_loss', ofLogarithms, () => null),
});
