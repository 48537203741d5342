// How distillation is differentiated: by x; the teacher's answers are given.

import type { GradientRule } from '../gradients.ts';
import { klDistillationGradient } from './kl_distillation_gradient.ts';

export const klDistillationRule: GradientRule = ({ inputs, attributes, name }, dy) => ({
  x: klDistillationGradient.of({ ...inputs, dy }, attributes as never, name),
});
