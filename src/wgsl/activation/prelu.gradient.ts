// The gradient of PReLU: the slope's is summed over all that it was used for.

import type { GradientRule } from '../gradients.ts';
import { broadcastSum } from '../reduce/broadcast_sum.ts';
import { channelSum } from '../reduce/channel_sum.ts';
import { preluGradient } from './prelu_gradient.ts';

/** y = x above zero, w x below: dx = dy or w dy, and dw = the sum of x dy where x is below. */
export const preluGradientRule: GradientRule = ({ name, inputs: { x, weight } }, dy, wanted) => {
  const inputs = { x, weight, dy };
  const parts = () => preluGradient.of(inputs, { of: 'weight' }, name);
  return {
    ...(wanted.has('x') && { x: preluGradient.of(inputs, { of: 'x' }, name) }),
    ...(wanted.has('weight') && {
      weight:
        weight?.shape[0] === x?.shape[1]
          ? channelSum.of({ x: parts() }, {}, name)
          : broadcastSum.of({ x: parts() }, { shape: [1] }, name),
    }),
  };
};
