// The gradient of a slice: dy among zeros.

import { imageSize } from '../../runtime/plan/layout.ts';
import type { GradientRule } from '../gradients.ts';
import { sliceGradient } from './slice_gradient.ts';

export const sliceGradientRule: GradientRule = ({ name, inputs: { x }, attributes: { from } }, dy) => {
  const { channels } = imageSize(x?.shape ?? []);
  return { x: sliceGradient.of({ x: dy }, { from: Number(from), channels }, name) };
};
