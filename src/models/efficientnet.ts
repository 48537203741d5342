// EfficientNet: inverted residuals with squeeze-excitation, grown in depth, width and image size together; v2 fuses the first
// stages' expansion and depthwise convolution into one 3x3 convolution.
//
// M. Tan, Q. V. Le: EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019, arXiv:1905.11946, table 1
// (b0) and section 3.3 (compound scaling). M. Tan, Q. V. Le: EfficientNetV2: Smaller Models and Faster Training, 2021,
// arXiv:2104.00298, table 4 (s); figure 2 (the blocks); m and l as their authors' code has them.
//
// As in torchvision, b0 to b4 normalise with an eps of 1e-5, all others with 1e-3.

import { type Build, defineModels, type ModelSpec } from '../registry/plugin.ts';
import { type PublishedRow, torchvisionWeights } from '../registry/torchvision_weights.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import {
  adaptiveAvgPool,
  add,
  type BatchNormOptions,
  dropout,
  flatten,
  linear,
  normalFanOut,
  silu,
  stochasticDepth,
  type WeightInit,
  zeroInit,
} from './layers.ts';
import { convNorm, roundWidth, squeezeExcitation } from './layers_blocks.ts';

/** A stage: expansion, kernel, stride of its first block, output channels, blocks. */
interface Stage {
  readonly block: Block;
  readonly expansion: number;
  readonly kernel: number;
  readonly stride: number;
  readonly out: number;
  readonly depth: number;
}

interface BlockOptions extends Pick<Stage, 'expansion' | 'kernel' | 'stride' | 'out'> {
  readonly norm: BatchNormOptions;
}

type Block = (block: Scope, x: Value, options: BlockOptions) => Value;

/** Expand, filter each channel, weigh the channels, project. */
export const mbconv: Block = (block, x, { expansion, kernel, stride, out, norm }) => {
  const channels = Number(x.shape[1]);
  const wide = channels * expansion;
  const squeeze = Math.max(1, Math.floor(channels / 4));
  let index = 0;
  let y = x;
  if (expansion !== 1) y = convNorm(block.at(index++), y, { out: wide, kernel: 1, norm, activation: silu });
  y = convNorm(block.at(index++), y, { out: wide, kernel, stride, groups: wide, norm, activation: silu });
  const start = { init: normalFanOut, biasInit: zeroInit };
  y = squeezeExcitation(block.at(index++), y, { squeeze, activation: silu, ...start });
  return convNorm(block.at(index), y, { out, kernel: 1, norm });
};

/** Expand and filter at once, project. */
export const fused: Block = (block, x, { expansion, kernel, stride, out, norm }) => {
  if (expansion === 1) return convNorm(block.at(0), x, { out, kernel, stride, norm, activation: silu });
  const wide = Number(x.shape[1]) * expansion;
  const y = convNorm(block.at(0), x, { out: wide, kernel, stride, norm, activation: silu });
  return convNorm(block.at(1), y, { out, kernel: 1, norm });
};

/** The block's result, added to its input where the shape stays; `dropped` is the share of images that lose it while training. */
export function residual(at: Scope, x: Value, block: Block, options: BlockOptions, dropped: number): Value {
  const y = block(at.at('block'), x, options);
  const same = options.stride === 1 && x.shape[1] === options.out;
  return same ? add(at.at('add'), stochasticDepth(at.at('stochastic_depth'), y, dropped), x) : y;
}

const stage = (block: Block, expansion: number, kernel: number, stride: number, out: number, depth: number): Stage => ({
  block,
  expansion,
  kernel,
  stride,
  out,
  depth,
});

/** Table 1 of 2019. */
const b0: readonly Stage[] = [
  stage(mbconv, 1, 3, 1, 16, 1),
  stage(mbconv, 6, 3, 2, 24, 2),
  stage(mbconv, 6, 5, 2, 40, 2),
  stage(mbconv, 6, 3, 2, 80, 3),
  stage(mbconv, 6, 5, 1, 112, 3),
  stage(mbconv, 6, 5, 2, 192, 4),
  stage(mbconv, 6, 3, 1, 320, 1),
];

/** Table 4 of 2021. */
const v2s: readonly Stage[] = [
  stage(fused, 1, 3, 1, 24, 2),
  stage(fused, 4, 3, 2, 48, 4),
  stage(fused, 4, 3, 2, 64, 4),
  stage(mbconv, 4, 3, 2, 128, 6),
  stage(mbconv, 6, 3, 1, 160, 9),
  stage(mbconv, 6, 3, 2, 256, 15),
];
const v2m: readonly Stage[] = [
  stage(fused, 1, 3, 1, 24, 3),
  stage(fused, 4, 3, 2, 48, 5),
  stage(fused, 4, 3, 2, 80, 5),
  stage(mbconv, 4, 3, 2, 160, 7),
  stage(mbconv, 6, 3, 1, 176, 14),
  stage(mbconv, 6, 3, 2, 304, 18),
  stage(mbconv, 6, 3, 1, 512, 5),
];
const v2l: readonly Stage[] = [
  stage(fused, 1, 3, 1, 32, 4),
  stage(fused, 4, 3, 2, 64, 7),
  stage(fused, 4, 3, 2, 96, 7),
  stage(mbconv, 4, 3, 2, 192, 10),
  stage(mbconv, 6, 3, 1, 224, 19),
  stage(mbconv, 6, 3, 2, 384, 25),
  stage(mbconv, 6, 3, 1, 640, 7),
];

const uniformOut: WeightInit = ([out = 1]) => ({ law: 'uniform', bound: 1 / Math.sqrt(out) });

interface NetworkOptions {
  readonly stages: readonly Stage[];
  /** Channels of the first convolution, and of the last. */
  readonly stem: number;
  readonly head: number;
  readonly dropout: number;
  readonly norm: BatchNormOptions;
}

/** The share of images that lose a block's branch while training grows from 0 by this much over the network. */
const LAST_DROP = 0.2;

function network({ stages, stem, head, dropout: rate, norm }: NetworkOptions): Build {
  return (net, image, { classes }) => {
    const features = net.at('features');
    const blocks = stages.reduce((sum, { depth }) => sum + depth, 0);
    let x = convNorm(features.at(0), image, { out: stem, kernel: 3, stride: 2, norm, activation: silu });
    let done = 0;
    for (const [index, { block, depth, stride, ...options }] of stages.entries())
      for (let i = 0; i < depth; i++) {
        const dropped = (LAST_DROP * done++) / blocks;
        const step = i === 0 ? stride : 1;
        x = residual(features.at(index + 1).at(i), x, block, { ...options, stride: step, norm }, dropped);
      }
    x = convNorm(features.at(stages.length + 1), x, { out: head, kernel: 1, norm, activation: silu });
    x = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 1));
    x = dropout(net.at('classifier').at(0), x, rate);
    return linear(net.at('classifier').at(1), x, classes, { init: uniformOut, biasInit: zeroInit });
  };
}

function model(build: Build, size: number, minSize: number, weights: readonly PublishedRow[]): ModelSpec {
  return { build, input: { channels: 3, size, minSize }, classes: 1000, weights: torchvisionWeights(...weights) };
}

interface Scaled {
  readonly width: number;
  readonly depth: number;
  readonly size: number;
  readonly dropout: number;
  readonly norm?: BatchNormOptions;
}

/** b0 with channels times `width`, blocks times `depth`, for images of `size`. */
// What those of b5 and up were trained with.
const tight: BatchNormOptions = { eps: 1e-3, momentum: 0.01 };

function scaled({ width, depth, size, dropout, norm = tight }: Scaled, ...weights: readonly PublishedRow[]): ModelSpec {
  const stages = b0.map((stage) => ({
    ...stage,
    out: roundWidth(stage.out * width),
    depth: Math.ceil(stage.depth * depth),
  }));
  const head = 4 * roundWidth(320 * width);
  return model(network({ stages, stem: roundWidth(32 * width), head, dropout, norm }), size, 1, weights);
}

function second(
  stages: readonly Stage[],
  size: number,
  dropout: number,
  ...weights: readonly PublishedRow[]
): ModelSpec {
  const stem = stages[0]?.out ?? 0;
  return model(network({ stages, stem, head: 1280, dropout, norm: { eps: 1e-3 } }), size, 33, weights);
}

const bicubic = (crop: number) => ({ crop, interpolation: 'bicubic' }) as const;
const half = [0.5, 0.5, 0.5];

export const efficientnet = defineModels({
  family: 'efficientnet',
  paper:
    'Tan, Le: EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019 (arXiv:1905.11946), table 1; ' +
    'v2: Tan, Le: EfficientNetV2: Smaller Models and Faster Training, 2021 (arXiv:2104.00298), table 4',
  models: {
    efficientnet_b0: scaled({ width: 1, depth: 1, size: 224, dropout: 0.2, norm: {} }, [
      'IMAGENET1K_V1',
      'efficientnet_b0_rwightman-7f5810bc',
      null,
      77.692,
      93.532,
      256,
      bicubic(224),
    ]),
    efficientnet_b1: scaled(
      { width: 1, depth: 1.1, size: 240, dropout: 0.2, norm: {} },
      ['IMAGENET1K_V1', 'efficientnet_b1_rwightman-bac287d4', null, 78.642, 94.186, 256, bicubic(240)],
      ['IMAGENET1K_V2', 'efficientnet_b1-c27df63c', null, 79.838, 94.934, 255, { crop: 240 }],
    ),
    efficientnet_b2: scaled({ width: 1.1, depth: 1.2, size: 288, dropout: 0.3, norm: {} }, [
      'IMAGENET1K_V1',
      'efficientnet_b2_rwightman-c35c1473',
      null,
      80.608,
      95.31,
      288,
      bicubic(288),
    ]),
    efficientnet_b3: scaled({ width: 1.2, depth: 1.4, size: 300, dropout: 0.3, norm: {} }, [
      'IMAGENET1K_V1',
      'efficientnet_b3_rwightman-b3899882',
      null,
      82.008,
      96.054,
      320,
      bicubic(300),
    ]),
    efficientnet_b4: scaled({ width: 1.4, depth: 1.8, size: 380, dropout: 0.4, norm: {} }, [
      'IMAGENET1K_V1',
      'efficientnet_b4_rwightman-23ab8bcd',
      null,
      83.384,
      96.594,
      384,
      bicubic(380),
    ]),
    efficientnet_b5: scaled({ width: 1.6, depth: 2.2, size: 456, dropout: 0.4 }, [
      'IMAGENET1K_V1',
      'efficientnet_b5_lukemelas-1a07897c',
      null,
      83.444,
      96.628,
      456,
      bicubic(456),
    ]),
    efficientnet_b6: scaled({ width: 1.8, depth: 2.6, size: 528, dropout: 0.5 }, [
      'IMAGENET1K_V1',
      'efficientnet_b6_lukemelas-24a108a5',
      null,
      84.008,
      96.916,
      528,
      bicubic(528),
    ]),
    efficientnet_b7: scaled({ width: 2, depth: 3.1, size: 600, dropout: 0.5 }, [
      'IMAGENET1K_V1',
      'efficientnet_b7_lukemelas-c5b4e57e',
      null,
      84.122,
      96.908,
      600,
      bicubic(600),
    ]),
    efficientnet_v2_s: second(v2s, 384, 0.2, [
      'IMAGENET1K_V1',
      'efficientnet_v2_s-dd5fe13b',
      null,
      84.228,
      96.878,
      384,
      { crop: 384 },
    ]),
    efficientnet_v2_m: second(v2m, 480, 0.3, [
      'IMAGENET1K_V1',
      'efficientnet_v2_m-dc08266a',
      null,
      85.112,
      97.156,
      480,
      { crop: 480 },
    ]),
    efficientnet_v2_l: second(v2l, 480, 0.4, [
      'IMAGENET1K_V1',
      'efficientnet_v2_l-59c71312',
      null,
      85.808,
      97.788,
      480,
      { ...bicubic(480), mean: half, std: half },
    ]),
  },
});
