// The gradients of poolings: what is downstream of a window goes to the pixels it was made of.

import { imageSize } from '../../runtime/plan/layout.ts';
import type { GradientRule } from '../gradients.ts';
import { adaptiveAvgPool2dGradient } from './adaptive_avg_pool2d_gradient.ts';
import type { AvgPool2dAttributes } from './avg_pool2d.ts';
import { avgPool2dGradient } from './avg_pool2d_gradient.ts';
import type { MaxPool2dAttributes } from './max_pool2d.ts';
import { maxPool2dGradient } from './max_pool2d_gradient.ts';

/** Of equal largest pixels torch's choice, the first, gets all. */
export const maxPool2dRule: GradientRule = ({ name, inputs, attributes }, dy) => ({
  x: maxPool2dGradient.of({ x: inputs.x, dy }, attributes as MaxPool2dAttributes, name),
});

export const avgPool2dRule: GradientRule = ({ name, inputs, attributes }, dy) => {
  const { height, width } = imageSize(inputs.x?.shape ?? []);
  return {
    x: avgPool2dGradient.of({ dy }, { ...(attributes as AvgPool2dAttributes), inputSize: [height, width] }, name),
  };
};

export const adaptiveAvgPool2dRule: GradientRule = ({ name, inputs }, dy) => {
  const { height, width } = imageSize(inputs.x?.shape ?? []);
  return { x: adaptiveAvgPool2dGradient.of({ dy }, { inputSize: [height, width] }, name) };
};
