// The gradient of local response normalisation.

import type { GradientRule } from '../gradients.ts';
import type { LocalResponseNormAttributes } from './attributes.ts';
import { localResponseNormGradient } from './local_response_norm_gradient.ts';

export const localResponseNormRule: GradientRule = ({ name, inputs, attributes }, dy) => ({
  x: localResponseNormGradient.of({ x: inputs.x, dy }, attributes as LocalResponseNormAttributes, name),
});
