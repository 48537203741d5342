// The gradient of flattening: dy in the shape of before.

import { imageSize } from '../../runtime/plan/layout.ts';
import type { GradientRule } from '../gradients.ts';
import { unflatten } from './unflatten.ts';

export const flattenGradient: GradientRule = ({ name, inputs: { x } }, dy) => {
  if (x?.shape.length === 2) return { x: dy };
  const { channels, height, width } = imageSize(x?.shape ?? []);
  return { x: unflatten.of({ x: dy }, { shape: [channels, height, width] }, name) };
};
