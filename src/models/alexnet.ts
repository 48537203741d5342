// AlexNet: the network that won ImageNet 2012, as published, with batch norm in place of brightness normalisation, and as
// torchvision has it.
//
// A. Krizhevsky, I. Sutskever, G. E. Hinton: ImageNet Classification with Deep Convolutional Neural Networks, 2012, figure 2
// (alexnet_2012). A. Krizhevsky: One weird trick for parallelizing convolutional neural networks, 2014, arXiv:1404.5997,
// section 5 (alexnet: one tower, no normalisation).
//
// alexnet_2012: what two GPUs shared out are two groups. The image has 227 pixels, as the first layer's 55 need; the paper's
// 224 do not fit. The paper's alpha multiplies the sum of squares itself, torch's their mean.
// alexnet_bn: the form that is usual in Keras: one tower, batch norm after each convolution's ReLU. Its 62,383,848
// numbers count the 2,752 running statistics.

import { type Build, defineModels } from '../registry/plugin.ts';
import { torchvisionWeights } from '../registry/torchvision_weights.ts';
import {
  adaptiveAvgPool,
  batchNorm,
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
  type WeightInit,
  zeroInit,
} from './layers.ts';

const conv =
  (out: number, kernel: number, options: Omit<Conv2dOptions, 'out' | 'kernel'> = {}): Layer =>
  (scope, x) =>
    conv2d(scope, x, { out, kernel, ...options });

const dense =
  (out: number, start: Start = {}): Layer =>
  (scope, x) =>
    linear(scope, x, out, start);

/** Windows of 3 every 2 pixels: they overlap (section 3.4). */
const pool: Layer = (scope, x) => maxPool(scope, x, { kernel: 3, stride: 2 });

const drop: Layer = (scope, x) => dropout(scope, x);

/** Section 3.3: n = 5, alpha = 1e-4 for the sum of five. */
const normalise: Layer = (scope, x) => localResponseNorm(scope, x, { size: 5, alpha: 5 * 1e-4, beta: 0.75, k: 2 });

const alexnet2014: Build = (net, image, { classes }) => {
  const x = sequential(net.at('features'), image, [
    ...[conv(64, 11, { stride: 4, padding: 2 }), relu, pool],
    ...[conv(192, 5, { padding: 2 }), relu, pool],
    ...[conv(384, 3, { padding: 1 }), relu],
    ...[conv(256, 3, { padding: 1 }), relu],
    ...[conv(256, 3, { padding: 1 }), relu, pool],
  ]);
  const averages = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 6));
  return sequential(net.at('classifier'), averages, [
    ...[drop, dense(4096), relu],
    ...[drop, dense(4096), relu],
    dense(classes),
  ]);
};

/** Section 5: where neurons have a ReLU before them, biases of 1 give it something to pass on from the start. */
const alive: WeightInit = () => ({ law: 'constant', value: 1 });
const zero: Start = { init: normal(0.01), biasInit: zeroInit };
const one: Start = { init: normal(0.01), biasInit: alive };

const alexnet2012: Build = (net, image, { classes }) => {
  const x = sequential(net.at('features'), image, [
    ...[conv(96, 11, { stride: 4, ...zero }), relu, normalise, pool],
    ...[conv(256, 5, { padding: 2, groups: 2, ...one }), relu, normalise, pool],
    ...[conv(384, 3, { padding: 1, ...zero }), relu],
    ...[conv(384, 3, { padding: 1, groups: 2, ...one }), relu],
    ...[conv(256, 3, { padding: 1, groups: 2, ...one }), relu, pool],
  ]);
  return sequential(net.at('classifier'), flatten(net.at('flatten'), x), [
    ...[dense(4096, one), relu, drop],
    ...[dense(4096, one), relu, drop],
    dense(classes, zero),
  ]);
};

/** Keras's numbers. */
const norm: Layer = (scope, x) => batchNorm(scope, x, { eps: 1e-3, momentum: 0.01 });

const batchNormed: Build = (net, image, { classes }) => {
  const x = sequential(net.at('features'), image, [
    ...[conv(96, 11, { stride: 4 }), relu, norm, pool],
    ...[conv(256, 5, { padding: 2 }), relu, norm, pool],
    ...[conv(384, 3, { padding: 1 }), relu, norm],
    ...[conv(384, 3, { padding: 1 }), relu, norm],
    ...[conv(256, 3, { padding: 1 }), relu, norm, pool],
  ]);
  return sequential(net.at('classifier'), flatten(net.at('flatten'), x), [
    ...[dense(4096), relu, drop],
    ...[dense(4096), relu, drop],
    dense(classes),
  ]);
};

const weights = torchvisionWeights(['IMAGENET1K_V1', 'alexnet-owt-7be5be79', null, 56.522, 79.066, 256]);

export const alexnet = defineModels({
  family: 'alexnet',
  paper:
    'Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks, 2012, figure 2; ' +
    'Krizhevsky: One weird trick for parallelizing convolutional neural networks, 2014, arXiv:1404.5997',
  models: {
    alexnet: { build: alexnet2014, input: { channels: 3, size: 224, minSize: 63 }, classes: 1000, weights },
    alexnet_2012: { build: alexnet2012, input: { channels: 3, size: 227, minSize: 67 }, classes: 1000, weights: [] },
    alexnet_bn: { build: batchNormed, input: { channels: 3, size: 227, minSize: 67 }, classes: 1000, weights: [] },
  },
});
