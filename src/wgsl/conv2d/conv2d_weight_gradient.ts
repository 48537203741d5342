// The gradient of a convolution's filters, and of a linear layer's, by the same kernels: dw = sum over pixels of dy times x.

import * as z from 'zod/mini';
import { formatShape } from '../../runtime/graph/value.ts';
import { imageSize } from '../../runtime/plan/layout.ts';
import { wholes } from '../attributes.ts';
import { depthwiseWeightGradient } from '../depthwise/depthwise_weight_gradient.ts';
import { late, onCpu } from '../late.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { each } from '../shared/frame.ts';
import { conv2dAttributes } from './conv2d.ts';
import source from './conv2d_weight_gradient.wgsl';
import { conv2dWeightGradientGrouped } from './conv2d_weight_gradient_grouped.ts';
import { conv2dWeightGradientTiles } from './conv2d_weight_gradient_tile.ts';
import { tapUniforms } from './geometry.ts';
import { weightGeometry, weightGradientMacs } from './weight_geometry.ts';

const { stride, padding, dilation, groups } = conv2dAttributes.shape;

export const conv2dWeightGradientAttributes = z.object({
  /** The filters' height and width, which the sizes of x and dy leave open. */
  kernel: wholes(2, 1),
  stride,
  padding,
  dilation,
  groups,
});
export type Conv2dWeightGradientAttributes = z.infer<typeof conv2dWeightGradientAttributes>;

const plain: Candidate<Conv2dWeightGradientAttributes> = {
  name: 'conv2d_weight_gradient',
  suits: () => 1,
  emit(call, emitter) {
    const { perGroup, group, kernelH, kernelW, filters, macs } = weightGeometry(call);
    const step = each(
      {
        name: 'conv2d_weight_gradient',
        sources: [source],
        bind: { x: emitter.input('x'), dy: emitter.input('dy'), dw: emitter.output },
        uniforms: { channels: perGroup, group, kernel_h: kernelH, kernel_w: kernelW, ...tapUniforms(call) },
        flops: (n) => 2 * macs * n,
      },
      () => filters * perGroup * kernelH * kernelW,
    );
    emitter.step({ ...step, uniforms: (n) => ({ ...step.uniforms(n), images: n }) });
  },
};

/** x [n, C, H, W], dy [n, K, P, Q] -> [K, C/groups, R, S]. */
export const conv2dWeightGradient = defineOp({
  name: 'conv2d_weight_gradient',
  attributes: conv2dWeightGradientAttributes,
  inputs: ['x', 'dy'],
  shape(inputs, { kernel, stride, padding, dilation, groups }, fail) {
    const x = imageSize(activation(inputs, 'x', 4, fail).shape);
    const dy = imageSize(activation(inputs, 'dy', 4, fail).shape);
    if (x.channels % groups !== 0 || dy.channels % groups !== 0)
      throw fail(`${x.channels} channels and ${dy.channels} filters do not divide into ${groups} groups`);
    const out = (size: number, before: number, after: number, axis: 0 | 1) =>
      Math.floor((size + before + after - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis]) + 1;
    const p = out(x.height, padding[0], padding[2], 0);
    const q = out(x.width, padding[1], padding[3], 1);
    if (dy.height !== p || dy.width !== q)
      throw fail(`dy must be of ${p}x${q} pixels and is ${formatShape(inputs.dy?.shape ?? [])}`);
    return [dy.channels, x.channels / groups, ...kernel];
  },
  macs: weightGradientMacs,
  kernels: [
    plain,
    conv2dWeightGradientGrouped,
    ...conv2dWeightGradientTiles,
    late('conv2d_weight_gradient_broadcast', onCpu, () => import('./conv2d_weight_gradient_broadcast.ts')),
    late(
      'winograd_weight_gradient',
      () => false, // only measuring chooses it
      async () => (await import('../winograd/winograd_weight_gradient.ts')).winogradWeightGradient,
    ),
    depthwiseWeightGradient,
  ],
});
