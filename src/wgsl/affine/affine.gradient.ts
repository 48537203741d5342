// The gradient of scaling and shifting by constants. The operator is the value's own: a page whose models do not have it would
// download it with this file otherwise.

import type { GradientRule } from '../gradients.ts';
import type { affine } from './affine.ts';

/** y = s x + t: dx = s dy. */
export const affineGradient: GradientRule = ({ name, operator, attributes: { scale } }, dy) => ({
  x: (operator as typeof affine).of({ x: dy }, { scale: scale as readonly number[], shift: [0] }, name),
});
