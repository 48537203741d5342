// The gradient of a linear layer, y = x w^T + bias at each pixel: dx = dy w, dw = dy^T x, dbias the sum of dy over all pixels.

import type { GradientRule } from '../gradients.ts';
import { channelSum } from '../reduce/channel_sum.ts';
import { linearInputGradient } from './linear_input_gradient.ts';
import { linearWeightGradient } from './linear_weight_gradient.ts';

export const linearGradient: GradientRule = ({ name, inputs: { x, w } }, dy, wanted) => ({
  ...(wanted.has('x') && { x: linearInputGradient.of({ dy, w }, {}, name) }),
  ...(wanted.has('w') && { w: linearWeightGradient.of({ x, dy }, {}, name) }),
  ...(wanted.has('bias') && { bias: channelSum.of({ x: dy }, {}, name) }),
});
