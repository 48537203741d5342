// ZFNet: AlexNet with smaller windows and strides at the bottom, found by looking at what its features see.
//
// M. D. Zeiler, R. Fergus: Visualizing and Understanding Convolutional Networks, 2013, arXiv:1311.2901, figure 3.
//
// The figure gives sizes of 110, 55, 26, 13 and 6 pixels, hence the padding and the pools that round up. Where it is silent the
// network is that of Krizhevsky et al. 2012: contrast normalisation, here after pooling as the figure has it, with n = 5,
// and dropout. Weights start at deviations of 0.01, biases at 0 (section 3.1).

import { type Build, defineModels } from '../registry/plugin.ts';
import {
  type Conv2dOptions,
  conv2d,
  dropout,
  flatten,
  type Layer,
  linear,
  localResponseNorm,
  maxPool,
  normal,
  relu,
  type Start,
  sequential,
  zeroInit,
} from './layers.ts';

const start: Start = { init: normal(0.01), biasInit: zeroInit };

const conv =
  (out: number, kernel: number, options: Omit<Conv2dOptions, 'out' | 'kernel'>): Layer =>
  (scope, x) =>
    conv2d(scope, x, { out, kernel, ...start, ...options });

const pool: Layer = (scope, x) => maxPool(scope, x, { kernel: 3, stride: 2, ceilMode: true });

/** As in AlexNet: alpha = 1e-4 for the sum of five. */
const normalise: Layer = (scope, x) => localResponseNorm(scope, x, { size: 5, alpha: 5 * 1e-4, beta: 0.75, k: 2 });

const dense =
  (out: number): Layer =>
  (scope, x) =>
    linear(scope, x, out, start);

const drop: Layer = (scope, x) => dropout(scope, x);

const build: Build = (net, image, { classes }) => {
  const x = sequential(net.at('features'), image, [
    ...[conv(96, 7, { stride: 2, padding: 1 }), relu, pool, normalise],
    ...[conv(256, 5, { stride: 2 }), relu, pool, normalise],
    ...[conv(384, 3, { padding: 1 }), relu],
    ...[conv(384, 3, { padding: 1 }), relu],
    ...[conv(256, 3, { padding: 1 }), relu, pool],
  ]);
  return sequential(net.at('classifier'), flatten(net.at('flatten'), x), [
    ...[dense(4096), relu, drop],
    ...[dense(4096), relu, drop],
    dense(classes),
  ]);
};

export const zfnet = defineModels({
  family: 'zfnet',
  paper: 'Zeiler, Fergus: Visualizing and Understanding Convolutional Networks, 2013, arXiv:1311.2901, figure 3',
  models: { zfnet: { build, input: { channels: 3, size: 224, minSize: 64 }, classes: 1000, weights: [] } },
});
