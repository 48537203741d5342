// The gradient of dropout: what was dropped has none, and what was kept has grown.

import type { GradientRule } from '../gradients.ts';
import type { DropAttributes } from './drop.ts';
import { dropoutTrain } from './dropout_train.ts';

/** y = m x, m a mask that the same random words give again: dx = m dy. */
export const dropoutTrainGradient: GradientRule = ({ name, inputs: { random }, attributes }, dy) => ({
  x: dropoutTrain.of({ x: dy, random }, attributes as DropAttributes, name),
});

/** Of the identity that dropout is at inference. */
export const dropoutGradient: GradientRule = (_, dy) => ({ x: dy });
