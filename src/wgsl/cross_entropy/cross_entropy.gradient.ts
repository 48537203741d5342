// How cross-entropy and the likelihood are differentiated: by x; what is wanted and what classes weigh are given.

import type { GradientRule } from '../gradients.ts';
import { nllLossGradient } from '../nll_loss/nll_loss_gradient.ts';
import { crossEntropyGradient } from './cross_entropy_gradient.ts';

export const crossEntropyRule: GradientRule = ({ inputs, attributes, name }, dy) => ({
  x: crossEntropyGradient.of({ ...inputs, dy }, attributes as never, name),
});

export const nllLossRule: GradientRule = ({ inputs, attributes, name }, dy) => ({
  x: nllLossGradient.of({ ...inputs, dy }, attributes as never, name),
});
