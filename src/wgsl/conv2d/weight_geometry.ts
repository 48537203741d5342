// The numbers of a convolution, as geometry.ts has them, of the gradient of its filters.

import { atBatch, type Value } from '../../runtime/graph/value.ts';
import { type ImageNeeds, imageSize } from '../../runtime/plan/layout.ts';
import type { Call } from '../op.ts';
import type { Conv2dWeightGradientAttributes } from './conv2d_weight_gradient.ts';
import type { Geometry } from './geometry.ts';

interface WeightGeometry extends Geometry {
  /** Filters of a group. */
  readonly group: number;
  /** Weights of a filter. */
  readonly size: number;
  /** All weights. */
  readonly weights: number;
}

export function weightGeometry({ inputs, value, attributes }: Call<Conv2dWeightGradientAttributes>): WeightGeometry {
  const x = imageSize(inputs.x?.shape ?? []);
  const dy = imageSize(inputs.dy?.shape ?? []);
  const { groups, kernel } = attributes;
  const perGroup = x.channels / groups;
  const size = perGroup * kernel[0] * kernel[1];
  return {
    ...x,
    filters: dy.channels,
    outH: dy.height,
    outW: dy.width,
    perGroup,
    kernelH: kernel[0],
    kernelW: kernel[1],
    group: dy.channels / groups,
    size,
    weights: dy.channels * size,
    macs: weightGradientMacs(value),
  };
}

/** Multiply-adds for one image: each weight meets each pixel of dy once. */
export function weightGradientMacs({ shape, inputs }: Value): number {
  const { height, width } = imageSize(inputs.dy?.shape ?? []);
  return shape.reduce<number>((product, dim) => product * atBatch(dim, 1), height * width);
}

/** Zeros around x as wide as the padding, so that loops need no masks. */
export function xNeeds({
  attributes,
}: Call<Conv2dWeightGradientAttributes>): Readonly<Record<string, Partial<ImageNeeds>>> {
  const [top, left, bottom, right] = attributes.padding;
  return { x: { halo: { top, left, bottom, right }, tight: 1 } };
}
