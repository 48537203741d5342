// The gradient of resizing.

import { imageSize } from '../../runtime/plan/layout.ts';
import type { GradientRule } from '../gradients.ts';
import type { ResizeAttributes } from './resize.ts';
import { resizeGradient } from './resize_gradient.ts';

/** y = A x, A made of the sizes alone: dx = A^T dy. */
export const resizeGradientRule: GradientRule = ({ name, inputs: { x }, attributes }, dy) => {
  const { height, width } = imageSize(x?.shape ?? []);
  const { mode, antialias } = attributes as ResizeAttributes;
  return { x: resizeGradient.of({ dy }, { size: [height, width], mode, antialias }, name) };
};
