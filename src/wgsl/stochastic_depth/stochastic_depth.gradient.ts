// The gradient of stochastic depth: images that were dropped have none, and those that were kept have grown.

import type { DropAttributes } from '../dropout/drop.ts';
import type { GradientRule } from '../gradients.ts';
import { stochasticDepthTrain } from './stochastic_depth_train.ts';

/** y = m x, m a number for each image that the same random words give again: dx = m dy. */
export const stochasticDepthTrainGradient: GradientRule = ({ name, inputs: { random }, attributes }, dy) => ({
  x: stochasticDepthTrain.of({ x: dy, random }, attributes as DropAttributes, name),
});

/** Of the identity that stochastic depth is at inference. */
export const stochasticDepthGradient: GradientRule = (_, dy) => ({ x: dy });
