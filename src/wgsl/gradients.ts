// How every operator is differentiated: one rule an operator, apart from the operators so that inference downloads none of it.

import type { Value } from '../runtime/graph/value.ts';
import { dropoutGradient, dropoutTrainGradient } from './dropout/dropout.gradient.ts';
import { stochasticDepthGradient, stochasticDepthTrainGradient } from './stochastic_depth/stochastic_depth.gradient.ts';

/**
 * The gradients of a sum's inputs, as graph nodes: `dy` is the gradient of `value`, of its shape. Gives those of `wanted`, the
 * inputs' names, at least, each of its input's shape. Rules see graphs as models write them: no epilogue is fused yet.
 */
export type GradientRule = (value: Value, dy: Value, wanted: ReadonlySet<string>) => Readonly<Record<string, Value>>;

/** By the operator's name. */
export const gradients: Readonly<Record<string, GradientRule>> = {
  dropout: dropoutGradient,
  dropout_train: dropoutTrainGradient,
  stochastic_depth: stochasticDepthGradient,
  stochastic_depth_train: stochasticDepthTrainGradient,
};
