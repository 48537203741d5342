// The gradient of padding: what is around the image, and behind its channels, is a constant.

import { imageSize } from '../../runtime/plan/layout.ts';
import type { GradientRule } from '../gradients.ts';
import { slice } from '../slice/slice.ts';
import { crop } from './crop.ts';
import type { PadAttributes } from './pad.ts';

export const padGradient: GradientRule = ({ name, inputs, attributes }, dy) => {
  const { padding, channels } = attributes as PadAttributes;
  const inside = padding.some((side) => side > 0) ? crop.of({ x: dy }, { padding }, name) : dy;
  const own = { from: 0, to: imageSize(inputs.x?.shape ?? []).channels };
  return { x: channels > 0 ? slice.of({ x: inside }, own, name) : inside };
};
