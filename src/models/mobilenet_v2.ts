// MobileNet v2: inverted residuals, which are narrow where they are added and wide where a depthwise convolution filters.
//
// M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen: MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018,
// arXiv:1801.04381, table 2 (the network) and table 1 (the block).
//
// `width` multiplies every number of channels, rounded to multiples of 8; below 1 it leaves the last layer as wide as it is.

import * as z from 'zod/mini';
import { configured, defineModels } from '../registry/plugin.ts';
import { torchvisionWeights } from '../registry/torchvision_weights.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import {
  adaptiveAvgPool,
  add,
  batchNorm,
  conv2d,
  dropout,
  flatten,
  linear,
  normal,
  normalFanOut,
  relu6,
  zeroInit,
} from './layers.ts';
import { convNorm, roundWidth } from './layers_blocks.ts';

/** Table 2: expansion t, output channels c, repetitions n, stride s of the first. */
const table = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** Expand, filter, project without an activation; added to the input where the shape stays. */
export function invertedResidual(block: Scope, x: Value, expansion: number, out: number, stride: number): Value {
  const channels = Number(x.shape[1]);
  const wide = channels * expansion;
  const layers = block.at('conv');
  const first = expansion === 1 ? 0 : 1;
  let y = x;
  if (expansion !== 1) y = convNorm(layers.at(0), y, { out: wide, kernel: 1, activation: relu6 });
  y = convNorm(layers.at(first), y, { out: wide, kernel: 3, stride, groups: wide, activation: relu6 });
  y = conv2d(layers.at(first + 1), y, { out, kernel: 1, bias: false, init: normalFanOut });
  y = batchNorm(layers.at(first + 2), y);
  return stride === 1 && channels === out ? add(block.at('add'), x, y) : y;
}

const width = z._default(z.number().check(z.positive()), 1);

const network = configured(z.object({ width }), (net, image, config) => {
  const features = net.at('features');
  let x = convNorm(features.at(0), image, {
    out: roundWidth(32 * config.width),
    kernel: 3,
    stride: 2,
    activation: relu6,
  });
  let index = 1;
  for (const [expansion, channels, repetitions, stride] of table) {
    const out = roundWidth(channels * config.width);
    for (let i = 0; i < repetitions; i++)
      x = invertedResidual(features.at(index++), x, expansion, out, i === 0 ? stride : 1);
  }
  const last = roundWidth(1280 * Math.max(1, config.width));
  x = convNorm(features.at(index), x, { out: last, kernel: 1, activation: relu6 });
  x = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 1));
  x = dropout(net.at('classifier').at(0), x, 0.2);
  return linear(net.at('classifier').at(1), x, config.classes, { init: normal(0.01), biasInit: zeroInit });
});

export const mobilenetV2 = defineModels({
  family: 'mobilenet_v2',
  paper:
    'Sandler, Howard, Zhu, Zhmoginov, Chen: MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018 ' +
    '(arXiv:1801.04381), table 2',
  models: {
    mobilenet_v2: {
      ...network,
      input: { channels: 3, size: 224, minSize: 1 },
      classes: 1000,
      weights: torchvisionWeights(
        ['IMAGENET1K_V1', 'mobilenet_v2-b0353104', null, 71.878, 90.286, 256],
        ['IMAGENET1K_V2', 'mobilenet_v2-7ebf99e0', null, 72.154, 90.822, 232],
      ),
    },
  },
});
