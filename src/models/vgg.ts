// VGG: 3x3 convolutions only, in five blocks that each end in a pool, and three large linear layers.
//
// K. Simonyan, A. Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014, arXiv:1409.1556,
// table 1. Its columns are vgg11 (A), vgg11_lrn (A-LRN), vgg13 (B), vgg16_1x1 (C), vgg16 (D) and vgg19 (E); `_bn` have batch
// norm after every convolution, as torchvision trained them.
//
// The features are averaged to 7x7, so that images of other sizes fit the first linear layer.

import { type Build, defineModels, type ModelSpec } from '../registry/plugin.ts';
import { torchvisionWeights, withNaming } from '../registry/torchvision_weights.ts';
import type { WeightsEntry } from '../weights/manifest.ts';
import {
  adaptiveAvgPool,
  batchNorm,
  conv2d,
  dropout,
  flatten,
  type Layer,
  linear,
  localResponseNorm,
  maxPool,
  normal,
  normalFanOut,
  relu,
  sequential,
  zeroInit,
} from './layers.ts';

const widths = [64, 128, 256, 512, 512] as const;

/** A column of table 1: how many convolutions the blocks have, and the size of the kernel of a block's third. */
interface Column {
  readonly blocks: readonly [number, number, number, number, number];
  readonly third?: 1 | 3;
  /** After the first convolution: the normalisation of AlexNet (section 2.1 and A-LRN). */
  readonly normalised?: boolean;
  readonly batchNorm?: boolean;
}

const conv =
  (out: number, kernel: number): Layer =>
  (scope, x) =>
    conv2d(scope, x, { out, kernel, padding: (kernel - 1) / 2, init: normalFanOut, biasInit: zeroInit });

const norm: Layer = (scope, x) => batchNorm(scope, x);
/** n = 5, alpha = 1e-4 for the sum of five. */
const normalise: Layer = (scope, x) => localResponseNorm(scope, x, { size: 5, alpha: 5 * 1e-4, beta: 0.75, k: 2 });
const pool: Layer = (scope, x) => maxPool(scope, x, { kernel: 2 });
const drop: Layer = (scope, x) => dropout(scope, x);
const dense =
  (out: number): Layer =>
  (scope, x) =>
    linear(scope, x, out, { init: normal(0.01), biasInit: zeroInit });

function features({ blocks, third = 3, normalised, batchNorm }: Column): Layer[] {
  return blocks.flatMap((count, block) => {
    const layers = Array.from({ length: count }, (_, i) => [
      conv(widths[block] ?? 512, i === 2 ? third : 3),
      ...(batchNorm ? [norm] : []),
      relu,
      ...(normalised && block === 0 && i === 0 ? [normalise] : []),
    ]);
    return [...layers.flat(), pool];
  });
}

function network(column: Column): Build {
  return (net, image, { classes }) => {
    const x = sequential(net.at('features'), image, features(column));
    const averages = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 7));
    return sequential(net.at('classifier'), averages, [
      ...[dense(4096), relu, drop],
      ...[dense(4096), relu, drop],
      dense(classes),
    ]);
  };
}

const a = { blocks: [1, 1, 2, 2, 2] } as const;
const b = { blocks: [2, 2, 2, 2, 2] } as const;
const d = { blocks: [2, 2, 3, 3, 3] } as const;
const e = { blocks: [2, 2, 4, 4, 4] } as const;

function model(column: Column, weights: readonly WeightsEntry[] = []): ModelSpec {
  return { build: network(column), input: { channels: 3, size: 224, minSize: 32 }, classes: 1000, weights };
}

/** In timm's files the linear layers are convolutions over the last 7x7 pixels, and are named otherwise. */
function published(file: `${string}-${string}`, timm: string, top1: number, top5: number): WeightsEntry[] {
  const naming = {
    rename: [
      ['^pre_logits\\.fc1\\.', 'classifier.0.'],
      ['^pre_logits\\.fc2\\.', 'classifier.3.'],
      ['^head\\.fc\\.', 'classifier.6.'],
    ] satisfies [string, string][],
    reshape: [['^classifier\\.[03]\\.weight$', [4096, -1]]] satisfies [string, number[]][],
  };
  return withNaming({ huggingface: naming }, torchvisionWeights(['IMAGENET1K_V1', file, timm, top1, top5, 256]));
}

/** What the authors of SSD converted: features for images that are not scaled to 1; its linear layers are NaN, so it classifies nothing. */
const featuresOnly: WeightsEntry = {
  id: 'IMAGENET1K_FEATURES',
  default: false,
  sources: [{ kind: 'torchvision', path: 'models/vgg16_features-amdegroot-88682ab5.pth', sha256Prefix: '88682ab5' }],
  preprocess: {
    resize: 256,
    crop: 224,
    interpolation: 'bilinear',
    antialias: true,
    mean: [0.48235, 0.45882, 0.40784],
    std: [1 / 255, 1 / 255, 1 / 255],
  },
  classes: 'imagenet1k',
  licence: 'BSD-3-Clause',
};

export const vgg = defineModels({
  family: 'vgg',
  paper:
    'Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014, arXiv:1409.1556, table 1',
  models: {
    vgg11: model(a, published('vgg11-8a719046', 'vgg11.tv_in1k', 69.02, 88.628)),
    vgg11_bn: model({ ...a, batchNorm: true }, published('vgg11_bn-6002323d', 'vgg11_bn.tv_in1k', 70.37, 89.81)),
    vgg11_lrn: model({ ...a, normalised: true }),
    vgg13: model(b, published('vgg13-19584684', 'vgg13.tv_in1k', 69.928, 89.246)),
    vgg13_bn: model({ ...b, batchNorm: true }, published('vgg13_bn-abd245e5', 'vgg13_bn.tv_in1k', 71.586, 90.374)),
    vgg16: model(d, [...published('vgg16-397923af', 'vgg16.tv_in1k', 71.592, 90.382), featuresOnly]),
    vgg16_bn: model({ ...d, batchNorm: true }, published('vgg16_bn-6c64b313', 'vgg16_bn.tv_in1k', 73.36, 91.516)),
    vgg16_1x1: model({ ...d, third: 1 }),
    vgg19: model(e, published('vgg19-dcbb9e9d', 'vgg19.tv_in1k', 72.376, 90.876)),
    vgg19_bn: model({ ...e, batchNorm: true }, published('vgg19_bn-c79401a0', 'vgg19_bn.tv_in1k', 74.218, 91.842)),
  },
});
