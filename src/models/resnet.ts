// ResNet: blocks that learn what to add to their input. Also ResNeXt (grouped 3x3) and wide ResNet (twice the inner width).
//
// K. He, X. Zhang, S. Ren, J. Sun: Deep Residual Learning for Image Recognition, 2015, arXiv:1512.03385, table 1.
// S. Xie, R. Girshick, P. Dollár, Z. Tu, K. He: Aggregated Residual Transformations for Deep Neural Networks, 2016,
// arXiv:1611.05431, table 1. S. Zagoruyko, N. Komodakis: Wide Residual Networks, 2016, arXiv:1605.07146.
//
// As in torchvision, a bottleneck halves the image in its 3x3 convolution, not in the first 1x1 ("v1.5").

import { type Build, defineModels, type ModelSpec } from '../registry/plugin.ts';
import { type PublishedRow, torchvisionWeights } from '../registry/torchvision_weights.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import {
  adaptiveAvgPool,
  add,
  batchNorm,
  type Conv2dOptions,
  conv2d,
  flatten,
  linear,
  maxPool,
  normalFanOut,
  relu,
} from './layers.ts';

/** What a block adds to its input, halving the image where `stride` is 2. */
type Branch = (block: Scope, x: Value, planes: number, stride: number) => Value;

/** Two 3x3 convolutions (figure 5, left). */
export const basic: Branch = (block, x, planes, stride) => {
  const y = relu(block.at('relu'), convNorm(block, 1, x, { out: planes, kernel: 3, stride, padding: 1 }));
  return convNorm(block, 2, y, { out: planes, kernel: 3, padding: 1 });
};

/**
 * 1x1 to the inner width, 3x3 in groups, 1x1 to four times `planes` (figure 5, right). Where `planes` is 64, a group of the
 * inner convolution is `base` channels wide.
 */
export const bottleneck =
  (groups = 1, base = 64): Branch =>
  (block, x, planes, stride) => {
    const inner = Math.floor((planes * base) / 64) * groups;
    let y = relu(block.at('relu'), convNorm(block, 1, x, { out: inner, kernel: 1 }));
    y = relu(block.at('relu'), convNorm(block, 2, y, { out: inner, kernel: 3, stride, padding: 1, groups }));
    return convNorm(block, 3, y, { out: 4 * planes, kernel: 1 });
  };

/** Where the branch changes the shape, a 1x1 convolution brings the input to it (option B). */
export function residual(block: Scope, x: Value, branch: Branch, planes: number, stride: number): Value {
  const y = branch(block, x, planes, stride);
  const out = Number(y.shape[1]);
  let shortcut = x;
  if (stride !== 1 || x.shape[1] !== out) {
    shortcut = conv(block.at('downsample').at(0), x, { out, kernel: 1, stride });
    shortcut = batchNorm(block.at('downsample').at(1), shortcut);
  }
  return relu(block.at('relu'), add(block, y, shortcut));
}

function network(branch: Branch, depths: readonly number[]): Build {
  return (net, image, { classes }) => {
    let x = relu(net.at('relu'), convNorm(net, 1, image, { out: 64, kernel: 7, stride: 2, padding: 3 }));
    x = maxPool(net.at('maxpool'), x, { kernel: 3, stride: 2, padding: 1 });
    for (const [stage, depth] of depths.entries()) {
      const layer = net.at(`layer${stage + 1}`);
      for (let i = 0; i < depth; i++) x = residual(layer.at(i), x, branch, 64 << stage, stage > 0 && i === 0 ? 2 : 1);
    }
    x = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 1));
    return linear(net.at('fc'), x, classes);
  };
}

function conv(scope: Scope, x: Value, options: Conv2dOptions): Value {
  return conv2d(scope, x, { bias: false, init: normalFanOut, ...options });
}

function convNorm(scope: Scope, index: number, x: Value, options: Conv2dOptions): Value {
  return batchNorm(scope.at(`bn${index}`), conv(scope.at(`conv${index}`), x, options));
}

function model(branch: Branch, depths: readonly number[], ...weights: readonly PublishedRow[]): ModelSpec {
  return {
    build: network(branch, depths),
    input: { channels: 3, size: 224, minSize: 1 },
    classes: 1000,
    weights: torchvisionWeights(...weights),
  };
}

export const resnet = defineModels({
  family: 'resnet',
  paper:
    'He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, 2015 (arXiv:1512.03385), table 1; ' +
    'resnext: Xie et al. 2016 (arXiv:1611.05431), table 1; wide_resnet: Zagoruyko, Komodakis 2016 (arXiv:1605.07146)',
  models: {
    resnet18: model(
      basic,
      [2, 2, 2, 2],
      ['IMAGENET1K_V1', 'resnet18-f37072fd', 'resnet18.tv_in1k', 69.758, 89.078, 256],
    ),
    resnet34: model(
      basic,
      [3, 4, 6, 3],
      ['IMAGENET1K_V1', 'resnet34-b627a593', 'resnet34.tv_in1k', 73.314, 91.42, 256],
    ),
    resnet50: model(
      bottleneck(),
      [3, 4, 6, 3],
      ['IMAGENET1K_V1', 'resnet50-0676ba61', 'resnet50.tv_in1k', 76.13, 92.862, 256],
      ['IMAGENET1K_V2', 'resnet50-11ad3fa6', 'resnet50.tv2_in1k', 80.858, 95.434, 232],
    ),
    resnet101: model(
      bottleneck(),
      [3, 4, 23, 3],
      ['IMAGENET1K_V1', 'resnet101-63fe2227', 'resnet101.tv_in1k', 77.374, 93.546, 256],
      ['IMAGENET1K_V2', 'resnet101-cd907fc2', 'resnet101.tv2_in1k', 81.886, 95.78, 232],
    ),
    resnet152: model(
      bottleneck(),
      [3, 8, 36, 3],
      ['IMAGENET1K_V1', 'resnet152-394f9c45', 'resnet152.tv_in1k', 78.312, 94.046, 256],
      ['IMAGENET1K_V2', 'resnet152-f82ba261', 'resnet152.tv2_in1k', 82.284, 96.002, 232],
    ),
    resnext50_32x4d: model(
      bottleneck(32, 4),
      [3, 4, 6, 3],
      ['IMAGENET1K_V1', 'resnext50_32x4d-7cdf4587', 'resnext50_32x4d.tv_in1k', 77.618, 93.698, 256],
      ['IMAGENET1K_V2', 'resnext50_32x4d-1a0047aa', 'resnext50_32x4d.tv2_in1k', 81.198, 95.34, 232],
    ),
    resnext101_32x8d: model(
      bottleneck(32, 8),
      [3, 4, 23, 3],
      ['IMAGENET1K_V1', 'resnext101_32x8d-8ba56ff5', 'resnext101_32x8d.tv_in1k', 79.312, 94.526, 256],
      ['IMAGENET1K_V2', 'resnext101_32x8d-110c445d', 'resnext101_32x8d.tv2_in1k', 82.834, 96.228, 232],
    ),
    resnext101_64x4d: model(
      bottleneck(64, 4),
      [3, 4, 23, 3],
      ['IMAGENET1K_V1', 'resnext101_64x4d-173b62eb', 'resnext101_64x4d.tv_in1k', 83.246, 96.454, 232],
    ),
    wide_resnet50_2: model(
      bottleneck(1, 128),
      [3, 4, 6, 3],
      ['IMAGENET1K_V1', 'wide_resnet50_2-95faca4d', 'wide_resnet50_2.tv_in1k', 78.468, 94.086, 256],
      ['IMAGENET1K_V2', 'wide_resnet50_2-9ba9bcbe', 'wide_resnet50_2.tv2_in1k', 81.602, 95.758, 232],
    ),
    wide_resnet101_2: model(
      bottleneck(1, 128),
      [3, 4, 23, 3],
      ['IMAGENET1K_V1', 'wide_resnet101_2-32ee1156', 'wide_resnet101_2.tv_in1k', 78.848, 94.284, 256],
      ['IMAGENET1K_V2', 'wide_resnet101_2-d733dc28', 'wide_resnet101_2.tv2_in1k', 82.51, 96.02, 232],
    ),
  },
});
