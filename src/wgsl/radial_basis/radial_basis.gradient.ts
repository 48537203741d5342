// The gradient of squared distances.

import type { GradientRule } from '../gradients.ts';
import { radialBasisGradient, radialBasisGradientCentres } from './radial_basis_gradient.ts';

/** y[n,o] = the sum of (x[n,i] - w[o,i])^2: each difference passes 2 dy times itself to x, and its opposite to w. */
export const radialBasisGradientRule: GradientRule = ({ name, inputs: { x, w } }, dy, wanted) => ({
  ...(wanted.has('x') && { x: radialBasisGradient.of({ x, w, dy }, {}, name) }),
  ...(wanted.has('w') && { w: radialBasisGradientCentres.of({ x, w, dy }, {}, name) }),
});
