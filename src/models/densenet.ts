// DenseNet: each layer of a block sees what all the layers before it found, and adds a little of its own.
//
// G. Huang, Z. Liu, L. van der Maaten, K. Q. Weinberger: Densely Connected Convolutional Networks, 2016, arXiv:1608.06993,
// table 1 (DenseNet-BC: bottlenecks, and transitions that halve the channels). Names are torchvision's; its files have the
// names that a dense layer's parts had before 2018.

import { type Build, defineModels, type ModelSpec } from '../registry/plugin.ts';
import { type PublishedRow, torchvisionWeights, withNaming } from '../registry/torchvision_weights.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import {
  adaptiveAvgPool,
  avgPool,
  batchNorm,
  type Conv2dOptions,
  concat,
  conv2d,
  flatten,
  linear,
  maxPool,
  normalFanIn,
  relu,
  zeroInit,
} from './layers.ts';

interface Shape {
  /** Channels that each layer adds. */
  readonly growth: number;
  /** Channels of the first convolution. */
  readonly stem: number;
  /** Layers of each block. */
  readonly blocks: readonly number[];
}

/** norm, relu, conv, twice: a 1x1 to four times the growth, and a 3x3 (section 3, "bottleneck layers"). */
export function denseLayer(layer: Scope, features: readonly Value[], growth: number): Value {
  const [only] = features;
  let x = only && features.length === 1 ? only : concat(layer.at('concat'), features);
  x = relu(layer.at('relu1'), batchNorm(layer.at('norm1'), x));
  x = conv(layer.at('conv1'), x, { out: 4 * growth, kernel: 1 });
  x = relu(layer.at('relu2'), batchNorm(layer.at('norm2'), x));
  return conv(layer.at('conv2'), x, { out: growth, kernel: 3, padding: 1 });
}

export function denseBlock(block: Scope, x: Value, layers: number, growth: number): Value {
  const features = [x];
  for (let i = 1; i <= layers; i++) features.push(denseLayer(block.at(`denselayer${i}`), features, growth));
  return concat(block, features);
}

export function transition(scope: Scope, x: Value): Value {
  const y = relu(scope.at('relu'), batchNorm(scope.at('norm'), x));
  const narrow = conv(scope.at('conv'), y, { out: Math.floor(Number(x.shape[1]) / 2), kernel: 1 });
  return avgPool(scope.at('pool'), narrow, { kernel: 2 });
}

function network({ growth, stem, blocks }: Shape): Build {
  return (net, image, { classes }) => {
    const features = net.at('features');
    let x = conv(features.at('conv0'), image, { out: stem, kernel: 7, stride: 2, padding: 3 });
    x = relu(features.at('relu0'), batchNorm(features.at('norm0'), x));
    x = maxPool(features.at('pool0'), x, { kernel: 3, stride: 2, padding: 1 });
    for (const [index, layers] of blocks.entries()) {
      x = denseBlock(features.at(`denseblock${index + 1}`), x, layers, growth);
      if (index < blocks.length - 1) x = transition(features.at(`transition${index + 1}`), x);
    }
    x = relu(net.at('relu'), batchNorm(features.at('norm5'), x));
    x = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 1));
    return linear(net.at('classifier'), x, classes, { biasInit: zeroInit });
  };
}

function conv(scope: Scope, x: Value, options: Conv2dOptions): Value {
  return conv2d(scope, x, { bias: false, init: normalFanIn, ...options });
}

/** norm.1.weight is norm1.weight. */
const oldNames: [string, string][] = [['(\\.denselayer\\d+\\.(?:norm|conv))\\.([12]\\.)', '$1$2']];

function model(shape: Shape, row: PublishedRow): ModelSpec {
  return {
    build: network(shape),
    input: { channels: 3, size: 224, minSize: 29 },
    classes: 1000,
    weights: withNaming({ torchvision: { rename: oldNames } }, torchvisionWeights(row)),
  };
}

export const densenet = defineModels({
  family: 'densenet',
  paper:
    'Huang, Liu, van der Maaten, Weinberger: Densely Connected Convolutional Networks, 2016 (arXiv:1608.06993), table 1',
  models: {
    densenet121: model({ growth: 32, stem: 64, blocks: [6, 12, 24, 16] }, [
      'IMAGENET1K_V1',
      'densenet121-a639ec97',
      'densenet121.tv_in1k',
      74.434,
      91.972,
      256,
    ]),
    densenet161: model({ growth: 48, stem: 96, blocks: [6, 12, 36, 24] }, [
      'IMAGENET1K_V1',
      'densenet161-8d451a50',
      'densenet161.tv_in1k',
      77.138,
      93.56,
      256,
    ]),
    densenet169: model({ growth: 32, stem: 64, blocks: [6, 12, 32, 32] }, [
      'IMAGENET1K_V1',
      'densenet169-b2777c0a',
      'densenet169.tv_in1k',
      75.6,
      92.806,
      256,
    ]),
    densenet201: model({ growth: 32, stem: 64, blocks: [6, 12, 48, 32] }, [
      'IMAGENET1K_V1',
      'densenet201-c1103571',
      'densenet201.tv_in1k',
      76.896,
      93.37,
      256,
    ]),
  },
});
