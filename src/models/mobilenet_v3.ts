// MobileNet v3: v2's inverted residuals with squeeze-excitation and hard-swish, each with widths of its own, as searched.
//
// A. Howard, M. Sandler, G. Chu, L.-C. Chen, B. Chen, M. Tan, W. Wang, Y. Zhu, R. Pang, V. Vasudevan, Q. V. Le, H. Adam:
// Searching for MobileNetV3, 2019, arXiv:1905.02244, tables 1 (large) and 2 (small), figure 4 (the block).
//
// As in torchvision, all of it normalises with an eps of 0.001 and a momentum of 0.01, and the last layers are linear ones, not 1x1 convolutions.

import { type Build, defineModels, type ModelSpec } from '../registry/plugin.ts';
import { type PublishedRow, torchvisionWeights } from '../registry/torchvision_weights.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import {
  adaptiveAvgPool,
  add,
  dropout,
  flatten,
  hardsigmoid,
  hardswish,
  linear,
  normal,
  normalFanOut,
  relu,
  zeroInit,
} from './layers.ts';
import { type ConvNormOptions, convNorm, roundWidth, squeezeExcitation } from './layers_blocks.ts';

/** A row of a table: kernel, expansion size, output channels, squeeze-excitation, nonlinearity, stride. */
type Row = readonly [kernel: number, wide: number, out: number, se: boolean, nl: 'RE' | 'HS', stride: number];

const large: readonly Row[] = [
  [3, 16, 16, false, 'RE', 1],
  [3, 64, 24, false, 'RE', 2],
  [3, 72, 24, false, 'RE', 1],
  [5, 72, 40, true, 'RE', 2],
  [5, 120, 40, true, 'RE', 1],
  [5, 120, 40, true, 'RE', 1],
  [3, 240, 80, false, 'HS', 2],
  [3, 200, 80, false, 'HS', 1],
  [3, 184, 80, false, 'HS', 1],
  [3, 184, 80, false, 'HS', 1],
  [3, 480, 112, true, 'HS', 1],
  [3, 672, 112, true, 'HS', 1],
  [5, 672, 160, true, 'HS', 2],
  [5, 960, 160, true, 'HS', 1],
  [5, 960, 160, true, 'HS', 1],
];

const small: readonly Row[] = [
  [3, 16, 16, true, 'RE', 2],
  [3, 72, 24, false, 'RE', 2],
  [3, 88, 24, false, 'RE', 1],
  [5, 96, 40, true, 'HS', 2],
  [5, 240, 40, true, 'HS', 1],
  [5, 240, 40, true, 'HS', 1],
  [5, 120, 48, true, 'HS', 1],
  [5, 144, 48, true, 'HS', 1],
  [5, 288, 96, true, 'HS', 2],
  [5, 576, 96, true, 'HS', 1],
  [5, 576, 96, true, 'HS', 1],
];

/** Expand where it widens, filter, weigh the channels, project; added to the input where the shape stays. */
export function bottleneck(block: Scope, x: Value, [kernel, wide, out, se, nl, stride]: Row): Value {
  const channels = Number(x.shape[1]);
  const activation = nl === 'HS' ? hardswish : relu;
  const layers = block.at('block');
  let index = 0;
  let y = x;
  if (wide !== channels) y = unit(layers.at(index++), y, { out: wide, kernel: 1, activation });
  y = unit(layers.at(index++), y, { out: wide, kernel, stride, groups: wide, activation });
  if (se)
    y = squeezeExcitation(layers.at(index++), y, {
      squeeze: roundWidth(Math.floor(wide / 4)),
      gate: hardsigmoid,
      init: normalFanOut,
      biasInit: zeroInit,
    });
  y = unit(layers.at(index), y, { out, kernel: 1 });
  return stride === 1 && channels === out ? add(block.at('add'), x, y) : y;
}

const unit = (scope: Scope, x: Value, options: ConvNormOptions) =>
  convNorm(scope, x, { norm: { eps: 1e-3, momentum: 0.01 }, ...options });

function network(rows: readonly Row[], last: number): Build {
  return (net, image, { classes }) => {
    const features = net.at('features');
    let x = unit(features.at(0), image, { out: 16, kernel: 3, stride: 2, activation: hardswish });
    for (const [i, row] of rows.entries()) x = bottleneck(features.at(i + 1), x, row);
    const wide = 6 * Number(x.shape[1]);
    x = unit(features.at(rows.length + 1), x, { out: wide, kernel: 1, activation: hardswish });
    x = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 1));
    const start = { init: normal(0.01), biasInit: zeroInit };
    const classifier = net.at('classifier');
    x = hardswish(classifier.at(1), linear(classifier.at(0), x, last, start));
    return linear(classifier.at(3), dropout(classifier.at(2), x, 0.2), classes, start);
  };
}

function model(rows: readonly Row[], last: number, ...weights: readonly PublishedRow[]): ModelSpec {
  return {
    build: network(rows, last),
    input: { channels: 3, size: 224, minSize: 1 },
    classes: 1000,
    weights: torchvisionWeights(...weights),
  };
}

export const mobilenetV3 = defineModels({
  family: 'mobilenet_v3',
  paper: 'Howard et al.: Searching for MobileNetV3, 2019 (arXiv:1905.02244), tables 1 and 2',
  models: {
    mobilenet_v3_large: model(
      large,
      1280,
      ['IMAGENET1K_V1', 'mobilenet_v3_large-8738ca79', null, 74.042, 91.34, 256],
      ['IMAGENET1K_V2', 'mobilenet_v3_large-5c1a4163', null, 75.274, 92.566, 232],
    ),
    mobilenet_v3_small: model(small, 1024, ['IMAGENET1K_V1', 'mobilenet_v3_small-047dcff4', null, 67.668, 87.402, 256]),
  },
});
