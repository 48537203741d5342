// The numbers of a convolution that every kernel of it needs, under one name each.

import { imageSize } from '../../runtime/plan/layout.ts';
import type { Call } from '../op.ts';
import type { Conv2dAttributes } from './conv2d.ts';

export interface Geometry {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly filters: number;
  readonly outH: number;
  readonly outW: number;
  readonly perGroup: number;
  readonly kernelH: number;
  readonly kernelW: number;
  readonly macs: number;
}

export function geometry({ inputs, value }: Call<Conv2dAttributes>): Geometry {
  const [perGroup = 1, kernelH = 1, kernelW = 1] = (inputs.w?.shape.slice(1) ?? []) as number[];
  const x = imageSize(inputs.x?.shape ?? []);
  const y = imageSize(value.shape);
  return {
    channels: x.channels,
    height: x.height,
    width: x.width,
    filters: y.channels,
    outH: y.height,
    outW: y.width,
    perGroup,
    kernelH,
    kernelW,
    macs: y.height * y.width * y.channels * perGroup * kernelH * kernelW,
  };
}
