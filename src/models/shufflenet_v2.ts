// ShuffleNet v2: half of the channels goes through a block's convolutions, the other half around them; then both are mixed.
//
// N. Ma, X. Zhang, H.-T. Zheng, J. Sun: ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design, 2018,
// arXiv:1807.11164, table 5 (the network) and figure 3, c and d (the blocks).

import { type Build, defineModels, type ModelSpec } from '../registry/plugin.ts';
import { type PublishedRow, torchvisionWeights } from '../registry/torchvision_weights.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import {
  adaptiveAvgPool,
  batchNorm,
  type Conv2dOptions,
  channelShuffle,
  chunk,
  concat,
  conv2d,
  flatten,
  linear,
  maxPool,
  relu,
} from './layers.ts';

/** Blocks of stages 2, 3 and 4. */
const repetitions = [4, 8, 4];

/** Convolution without bias at `index` of a sequence, batch norm behind it. */
function convNorm(sequence: Scope, index: number, x: Value, options: Conv2dOptions): Value {
  return batchNorm(sequence.at(index + 1), conv2d(sequence.at(index), x, { bias: false, ...options }));
}

/** A depthwise 3x3 and a 1x1 convolution, from `index` on. */
function filter(sequence: Scope, index: number, x: Value, out: number, stride: number): Value {
  const groups = Number(x.shape[1]);
  const y = convNorm(sequence, index, x, { out: groups, kernel: 3, stride, padding: 1, groups });
  return relu(sequence.at(index + 4), convNorm(sequence, index + 2, y, { out, kernel: 1 }));
}

/** The right branch of figure 3: 1x1, then as `filter`. */
function branch(sequence: Scope, x: Value, out: number, stride: number): Value {
  const y = relu(sequence.at(2), convNorm(sequence, 0, x, { out, kernel: 1 }));
  return filter(sequence, 3, y, out, stride);
}

/** Figure 3c, or where it halves the image 3d: there both branches see all channels. */
export function unit(block: Scope, x: Value, out: number, stride: number): Value {
  const right = block.at('branch2');
  let halves: readonly Value[];
  if (stride === 2) {
    halves = [filter(block.at('branch1'), 0, x, out / 2, 2), branch(right, x, out / 2, 2)];
  } else {
    const [kept, changed] = chunk(block.at('chunk'), x, 2) as [Value, Value];
    halves = [kept, branch(right, changed, out / 2, 1)];
  }
  return channelShuffle(block.at('channel_shuffle'), concat(block.at('cat'), halves), 2);
}

/** `widths` of the stages 2, 3, 4 and of conv5. */
function network(widths: readonly [number, number, number, number]): Build {
  return (net, image, { classes }) => {
    const conv1 = net.at('conv1');
    let x = relu(conv1.at(2), convNorm(conv1, 0, image, { out: 24, kernel: 3, stride: 2, padding: 1 }));
    x = maxPool(net.at('maxpool'), x, { kernel: 3, stride: 2, padding: 1 });
    for (const [i, count] of repetitions.entries()) {
      const stage = net.at(`stage${i + 2}`);
      for (let block = 0; block < count; block++) x = unit(stage.at(block), x, widths[i] ?? 0, block === 0 ? 2 : 1);
    }
    const conv5 = net.at('conv5');
    x = relu(conv5.at(2), convNorm(conv5, 0, x, { out: widths[3], kernel: 1 }));
    x = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 1));
    return linear(net.at('fc'), x, classes);
  };
}

function model(widths: readonly [number, number, number, number], ...weights: readonly PublishedRow[]): ModelSpec {
  return {
    build: network(widths),
    input: { channels: 3, size: 224, minSize: 1 },
    classes: 1000,
    weights: torchvisionWeights(...weights),
  };
}

export const shufflenetV2 = defineModels({
  family: 'shufflenet_v2',
  paper:
    'Ma, Zhang, Zheng, Sun: ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design, 2018 ' +
    '(arXiv:1807.11164), table 5',
  models: {
    shufflenet_v2_x0_5: model(
      [48, 96, 192, 1024],
      ['IMAGENET1K_V1', 'shufflenetv2_x0.5-f707e7126e', null, 60.552, 81.746, 256],
    ),
    shufflenet_v2_x1_0: model(
      [116, 232, 464, 1024],
      ['IMAGENET1K_V1', 'shufflenetv2_x1-5666bf0f80', null, 69.362, 88.316, 256],
    ),
    shufflenet_v2_x1_5: model(
      [176, 352, 704, 1024],
      ['IMAGENET1K_V1', 'shufflenetv2_x1_5-3c479a10', null, 72.996, 91.086, 232],
    ),
    shufflenet_v2_x2_0: model(
      [244, 488, 976, 2048],
      ['IMAGENET1K_V1', 'shufflenetv2_x2_0-8be3c8ee', null, 76.23, 93.006, 232],
    ),
  },
});
