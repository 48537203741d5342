// The gradient of a convolution. As y[p] = sum over taps r of w[r] x[p stride + r dilation - padding],
//   dw[r] = sum over p of dy[p] x[p stride + r dilation - padding],
//   dx[h] = sum over r and p with p stride + r dilation - padding = h of w[r] dy[p],
// which is a convolution of dy, its pixels a stride apart, with the taps turned round; db = sum over p of dy[p].

import type { Value } from '../../runtime/graph/value.ts';
import { imageSize } from '../../runtime/plan/layout.ts';
import type { GradientRule } from '../gradients.ts';
import { crop } from '../pad/crop.ts';
import { channelSum } from '../reduce/channel_sum.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import { conv2dInputGradient } from './conv2d_input_gradient.ts';
import { conv2dWeightGradient } from './conv2d_weight_gradient.ts';
import { dilate } from './dilate.ts';

type Sides = readonly [number, number, number, number];

export const conv2dGradient: GradientRule = (value, dy, wanted) => {
  const { name, inputs } = value;
  const { x, w } = inputs;
  const { stride, padding, dilation, groups } = value.attributes as Conv2dAttributes;
  const [, , kernelH = 1, kernelW = 1] = (w?.shape ?? []) as readonly number[];
  const attributes = { kernel: [kernelH, kernelW] as [number, number], stride, padding, dilation, groups };
  return {
    ...(wanted.has('x') && { x: inputGradient(value, dy, [kernelH, kernelW]) }),
    ...(wanted.has('w') && { w: conv2dWeightGradient.of({ x, dy }, attributes, name) }),
    ...(wanted.has('bias') && { bias: channelSum.of({ x: dy }, {}, name) }),
  };
};

function inputGradient({ name, inputs, attributes }: Value, dy: Value, kernel: readonly [number, number]): Value {
  const { stride, padding, dilation, groups } = attributes as Conv2dAttributes;
  const x = imageSize(inputs.x?.shape ?? []);
  const { height, width } = imageSize(dy.shape);
  const convolve = (gradient: Value, around: Sides) =>
    conv2dInputGradient.of({ dy: gradient, w: inputs.w }, { padding: [...around], dilation, groups }, name);

  // Zeros before the first pixel: as many as its first tap lies before x. Behind the last: what x has left, unseen pixels too.
  const reach = [dilation[0] * (kernel[0] - 1), dilation[1] * (kernel[1] - 1)] as const;
  const before = [reach[0] - padding[0], reach[1] - padding[1]] as const;
  const after = [
    x.height + padding[0] - (height - 1) * stride[0] - 1,
    x.width + padding[1] - (width - 1) * stride[1] - 1,
  ] as const;
  const around: Sides = [...before, ...after];
  const strided = Math.max(...stride) > 1;
  // A point has no taps that could meet a zero in between: it is multiplied first.
  if (strided && Math.max(...reach) === 0)
    return dilate.of({ x: convolve(dy, [0, 0, 0, 0]) }, { stride, padding: [...around] }, name);
  const cut = around.map((side) => Math.max(0, -side)) as [number, number, number, number];
  const nothing: Sides = [0, 0, 0, 0];
  if (!cut.some((side) => side > 0)) return convolve(strided ? dilate.of({ x: dy }, { stride }, name) : dy, around);
  if (strided) return convolve(dilate.of({ x: dy }, { stride, padding: [...around] }, name), nothing);
  const kept = around.map((side) => Math.max(0, side)) as [number, number, number, number];
  return convolve(crop.of({ x: dy }, { padding: cut }, name), kept);
}
