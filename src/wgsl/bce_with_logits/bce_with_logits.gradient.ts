// How binary cross-entropy is differentiated: by x; what is wanted is given.

import type { GradientRule } from '../gradients.ts';
import { bceWithLogitsGradient } from './bce_with_logits_gradient.ts';

export const bceWithLogitsRule: GradientRule = ({ inputs, attributes, name }, dy) => ({
  x: bceWithLogitsGradient.of({ ...inputs, dy }, attributes as never, name),
});
