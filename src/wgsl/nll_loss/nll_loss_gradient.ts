// The gradient of the negative log-likelihood.

import { classGradientKernels, lossGradientShape } from '../cross_entropy/cross_entropy_gradient.ts';
import ofLogarithms from '../cross_entropy/of_logarithms.wgsl';
import { defineOp } from '../op.ts';
import { type NllLossAttributes, nllLossAttributes } from './nll_loss.ts';

/** x [n, C], target [n, 1], weight [C], dy of the loss's shape -> [n, C]. */
export const nllLossGradient = defineOp({
  name: 'nll_loss_gradient',
  attributes: nllLossAttributes,
  inputs: ['x', 'target', 'weight?', 'dy'],
  shape: lossGradientShape,
  kernels: classGradientKernels<NllLossAttributes>('nll_loss_gradient', ofLogarithms, () => null),
});
