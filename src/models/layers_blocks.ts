// What several families build of layers: torchvision's Conv2dNormActivation and SqueezeExcitation, and how they round widths.

import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import {
  adaptiveAvgPool,
  type BatchNormOptions,
  batchNorm,
  type Conv2dOptions,
  conv2d,
  type Layer,
  mul,
  normalFanOut,
  relu,
  type Start,
  sigmoid,
} from './layers.ts';

export interface ConvNormOptions extends Omit<Conv2dOptions, 'bias' | 'padding' | 'kernel'> {
  /** Odd, and padded so that a stride of 1 keeps the image's size. */
  readonly kernel: number;
  readonly norm?: BatchNormOptions;
  readonly activation?: Layer;
}

/** torchvision's Conv2dNormActivation: a convolution (0), batch norm (1) and, where one is given, an activation (2). */
export function convNorm(scope: Scope, x: Value, { norm, activation, ...options }: ConvNormOptions): Value {
  const padding = (options.kernel - 1) / 2;
  const y = conv2d(scope.at(0), x, { init: normalFanOut, ...options, padding, bias: false });
  const normed = batchNorm(scope.at(1), y, norm);
  return activation ? activation(scope.at(2), normed) : normed;
}

export interface SqueezeExcitationOptions extends Start {
  /** Channels between the two convolutions. */
  readonly squeeze: number;
  readonly activation?: Layer;
  readonly gate?: Layer;
}

/** Scales each channel by what the image's averages say of it (Hu et al. 2017, arXiv:1709.01507, figure 3). */
export function squeezeExcitation(scope: Scope, x: Value, options: SqueezeExcitationOptions): Value {
  const { squeeze, activation = relu, gate = sigmoid, ...start } = options;
  let y = adaptiveAvgPool(scope.at('avgpool'), x, 1);
  y = activation(scope.at('activation'), conv2d(scope.at('fc1'), y, { out: squeeze, kernel: 1, ...start }));
  y = gate(scope.at('scale_activation'), conv2d(scope.at('fc2'), y, { out: Number(x.shape[1]), kernel: 1, ...start }));
  return mul(scope, x, y);
}

/** The multiple of `divisor` nearest to a width, at least `divisor` and 0.9 of it: torchvision's _make_divisible. */
export function roundWidth(channels: number, divisor = 8): number {
  const nearest = Math.max(divisor, Math.floor((channels + divisor / 2) / divisor) * divisor);
  return nearest < 0.9 * channels ? nearest + divisor : nearest;
}
