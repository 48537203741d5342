// The gradient of concatenation: each part's channels of dy.

import { imageSize } from '../../runtime/plan/layout.ts';
import type { GradientRule } from '../gradients.ts';
import { slice } from '../slice/slice.ts';

export const concatGradient: GradientRule = ({ name, inputs }, dy, wanted) => {
  let to = 0;
  const ranges = Object.entries(inputs).map(([key, { shape }]) => {
    const from = to;
    to += imageSize(shape).channels;
    return { key, from, to };
  });
  return Object.fromEntries(
    ranges
      .filter(({ key }) => wanted.has(key))
      .map(({ key, from, to }) => [key, slice.of({ x: dy }, { from, to }, name)]),
  );
};
