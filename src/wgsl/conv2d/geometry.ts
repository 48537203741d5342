// The numbers of a convolution that every kernel of it needs, under one name each.

import { type ImageLayout, imageSize } from '../../runtime/plan/layout.ts';
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

/** Where taps lie, of a convolution or of its gradient. */
interface Taps {
  readonly attributes: Pick<Conv2dAttributes, 'stride' | 'padding' | 'dilation'>;
}

/** stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w. */
export function tapUniforms({ attributes: { stride, padding, dilation } }: Taps) {
  return {
    stride_h: stride[0],
    stride_w: stride[1],
    pad_top: padding[0],
    pad_left: padding[1],
    dilation_h: dilation[0],
    dilation_w: dilation[1],
  };
}

/** x, with its padding around it in memory, by pixels of the output: at each lies the first tap of its kernel. */
export function underOutput({ attributes }: Taps, x: ImageLayout): ImageLayout {
  const { stride, padding } = attributes;
  const offset = x.offset - padding[0] * x.row - padding[1] * x.pixel;
  return { ...x, offset, row: stride[0] * x.row, pixel: stride[1] * x.pixel };
}

/** tap_down and tap_across: from tap to tap in memory. */
export function tapSteps({ attributes: { dilation } }: Taps, { row, pixel }: ImageLayout) {
  return { tap_down: dilation[0] * row, tap_across: dilation[1] * pixel };
}
