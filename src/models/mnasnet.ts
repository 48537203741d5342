// MNASNet: inverted residuals with kernels and expansions searched for speed on a phone. This is B1, without squeeze-excitation.
//
// M. Tan, B. Chen, R. Pang, V. Vasudevan, M. Sandler, A. Howard, Q. V. Le: MnasNet: Platform-Aware Neural Architecture
// Search for Mobile, 2018, arXiv:1807.11626: the figure of the architecture in its first version, with torchvision's names.
//
// The number in a model's name multiplies all widths but that of the last layer, the stem's among them.

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
  dropout,
  flatten,
  linear,
  normalFanOut,
  relu,
  type WeightInit,
  zeroInit,
} from './layers.ts';
import { roundWidth } from './layers_blocks.ts';

/** Stacks 8 to 13: output channels, kernel, stride of the first block, expansion, blocks. */
const stacks = [
  [24, 3, 2, 3, 3],
  [40, 5, 2, 3, 3],
  [80, 5, 2, 6, 3],
  [96, 3, 1, 6, 2],
  [192, 5, 2, 6, 4],
  [320, 3, 1, 6, 1],
] as const;

/** Of batch norms, as TensorFlow counts it 0.9997. */
const MOMENTUM = 1 - 0.9997;

/** kaiming_uniform_(mode='fan_out', nonlinearity='sigmoid'). */
const uniformFanOut: WeightInit = ([out = 1]) => ({ law: 'uniform', bound: Math.sqrt(3 / out) });

/** Convolution without bias at `index` of a sequence, batch norm behind it; padded to keep the size. */
function convNorm(sequence: Scope, index: number, x: Value, options: Conv2dOptions & { readonly kernel: number }) {
  const padding = (options.kernel - 1) / 2;
  const y = conv2d(sequence.at(index), x, { bias: false, init: normalFanOut, padding, ...options });
  return batchNorm(sequence.at(index + 1), y, { momentum: MOMENTUM });
}

/** Depthwise and 1x1 convolution from `index` on, without an activation at the end. */
function separable(sequence: Scope, index: number, x: Value, kernel: number, stride: number, out: number): Value {
  const groups = Number(x.shape[1]);
  const y = relu(sequence.at(index + 2), convNorm(sequence, index, x, { out: groups, kernel, stride, groups }));
  return convNorm(sequence, index + 3, y, { out, kernel: 1 });
}

function block(scope: Scope, x: Value, kernel: number, stride: number, expansion: number, out: number): Value {
  const layers = scope.at('layers');
  const channels = Number(x.shape[1]);
  const wide = relu(layers.at(2), convNorm(layers, 0, x, { out: channels * expansion, kernel: 1 }));
  const y = separable(layers, 3, wide, kernel, stride, out);
  return stride === 1 && channels === out ? add(scope.at('add'), x, y) : y;
}

function network(width: number): Build {
  return (net, image, { classes }) => {
    const layers = net.at('layers');
    let x = convNorm(layers, 0, image, { out: roundWidth(32 * width), kernel: 3, stride: 2 });
    x = separable(layers, 3, relu(layers.at(2), x), 3, 1, roundWidth(16 * width));
    for (const [i, [channels, kernel, stride, expansion, count]] of stacks.entries()) {
      const out = roundWidth(channels * width);
      const stack = layers.at(8 + i);
      for (let j = 0; j < count; j++) x = block(stack.at(j), x, kernel, j === 0 ? stride : 1, expansion, out);
    }
    x = relu(layers.at(16), convNorm(layers, 14, x, { out: 1280, kernel: 1 }));
    x = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 1));
    x = dropout(net.at('classifier').at(0), x, 0.2);
    return linear(net.at('classifier').at(1), x, classes, { init: uniformFanOut, biasInit: zeroInit });
  };
}

function model(width: number, weights: PublishedRow): ModelSpec {
  return {
    build: network(width),
    input: { channels: 3, size: 224, minSize: 1 },
    classes: 1000,
    weights: torchvisionWeights(weights),
  };
}

export const mnasnet = defineModels({
  family: 'mnasnet',
  paper:
    'Tan, Chen, Pang, Vasudevan, Sandler, Howard, Le: MnasNet: Platform-Aware Neural Architecture Search for Mobile, ' +
    '2018 (arXiv:1807.11626), the architecture of its first version',
  models: {
    mnasnet0_5: model(0.5, ['IMAGENET1K_V1', 'mnasnet0.5_top1_67.823-3ffadce67e', null, 67.734, 87.49, 256]),
    mnasnet0_75: model(0.75, ['IMAGENET1K_V1', 'mnasnet0_75-7090bc5f', null, 71.18, 90.496, 232]),
    mnasnet1_0: model(1, ['IMAGENET1K_V1', 'mnasnet1.0_top1_73.512-f206786ef8', null, 73.456, 91.51, 256]),
    mnasnet1_3: model(1.3, ['IMAGENET1K_V1', 'mnasnet1_3-a4c69d6f', null, 76.506, 93.522, 232]),
  },
});
