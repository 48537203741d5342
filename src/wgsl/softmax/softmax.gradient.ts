// How softmax and its logarithm are differentiated: from their results, as of exp.

import type { GradientRule } from '../gradients.ts';
import { logSoftmaxGradient, softmaxGradient } from './softmax_gradient.ts';

export const softmaxRule: GradientRule = (value, dy) => ({ x: softmaxGradient.of({ y: value, dy }, {}, value.name) });

export const logSoftmaxRule: GradientRule = (value, dy) => ({
  x: logSoftmaxGradient.of({ y: value, dy }, {}, value.name),
});
