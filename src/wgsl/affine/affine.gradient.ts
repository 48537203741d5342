// The gradient of scaling and shifting by constants.

import type { GradientRule } from '../gradients.ts';
import { affine } from './affine.ts';

/** y = s x + t: dx = s dy. */
export const affineGradient: GradientRule = ({ name, attributes: { scale } }, dy) => ({
  x: affine.of({ x: dy }, { scale: scale as readonly number[], shift: [0] }, name),
});
