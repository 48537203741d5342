// SqueezeNet: fire modules, which squeeze the channels by a 1x1 convolution before they expand them by 1x1 and 3x3 ones.
//
// F. N. Iandola, S. Han, M. W. Moskewicz, K. Ashraf, W. J. Dally, K. Keutzer: SqueezeNet: AlexNet-level accuracy with 50x fewer
// parameters and <0.5MB model size, 2016, arXiv:1602.07360, table 1 (1.0) and figure 1 (the module). 1.1 is the authors' later
// release with a smaller first layer and earlier pools.
//
// There is no fully connected layer: the last convolution's maps, after a ReLU, are averaged into the logits.

import { type Build, defineModels } from '../registry/plugin.ts';
import { torchvisionWeights } from '../registry/torchvision_weights.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import {
  adaptiveAvgPool,
  concat,
  conv2d,
  dropout,
  flatten,
  type Layer,
  maxPool,
  normal,
  relu,
  type Start,
  sequential,
  type WeightInit,
  zeroInit,
} from './layers.ts';

/** kaiming_uniform_ with its default gain for ReLU: a bound of sqrt(6 / fan_in). */
const uniformForRelu: WeightInit = ([, ...rest]) => ({
  law: 'uniform',
  bound: Math.sqrt(6 / rest.reduce((product, dim) => product * dim, 1)),
});
const start: Start = { init: uniformForRelu, biasInit: zeroInit };

const stem =
  (out: number, kernel: number): Layer =>
  (scope, x) =>
    conv2d(scope, x, { out, kernel, stride: 2, ...start });

const pool: Layer = (scope, x) => maxPool(scope, x, { kernel: 3, stride: 2, ceilMode: true });

/** Channels after squeezing, and of the two expansions, which are alike in all the networks. */
export const fire =
  (squeeze: number, expand1x1: number, expand3x3 = expand1x1): Layer =>
  (module, x) => {
    const conv = (name: string, from: Value, out: number, kernel: number) => {
      const y = conv2d(module.at(name), from, { out, kernel, padding: (kernel - 1) / 2, ...start });
      return relu(module.at(`${name}_activation`), y);
    };
    const squeezed = conv('squeeze', x, squeeze, 1);
    return concat(module, [conv('expand1x1', squeezed, expand1x1, 1), conv('expand3x3', squeezed, expand3x3, 3)]);
  };

/** Table 1: layer after layer from the first convolution to fire9. */
const version1_0 = [
  ...[stem(96, 7), relu, pool],
  ...[fire(16, 64), fire(16, 64), fire(32, 128), pool],
  ...[fire(32, 128), fire(48, 192), fire(48, 192), fire(64, 256), pool],
  fire(64, 256),
];
const version1_1 = [
  ...[stem(64, 3), relu, pool],
  ...[fire(16, 64), fire(16, 64), pool],
  ...[fire(32, 128), fire(32, 128), pool],
  ...[fire(48, 192), fire(48, 192), fire(64, 256), fire(64, 256)],
];

const network =
  (features: readonly Layer[]): Build =>
  (net, image, { classes }) => {
    const last = (scope: Scope, x: Value) =>
      conv2d(scope, x, { out: classes, kernel: 1, init: normal(0.01), biasInit: zeroInit });
    const x = sequential(net.at('features'), image, features);
    const averages = sequential(net.at('classifier'), x, [
      (scope, x) => dropout(scope, x),
      last,
      relu,
      (scope, x) => adaptiveAvgPool(scope, x, 1),
    ]);
    return flatten(net.at('flatten'), averages);
  };

export const squeezenet = defineModels({
  family: 'squeezenet',
  paper:
    'Iandola, Han, Moskewicz, Ashraf, Dally, Keutzer: SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and ' +
    '<0.5MB model size, 2016, arXiv:1602.07360, table 1',
  models: {
    squeezenet1_0: {
      build: network(version1_0),
      input: { channels: 3, size: 224, minSize: 21 },
      classes: 1000,
      weights: torchvisionWeights(['IMAGENET1K_V1', 'squeezenet1_0-b66bff10', null, 58.092, 80.42, 256]),
    },
    squeezenet1_1: {
      build: network(version1_1),
      input: { channels: 3, size: 224, minSize: 17 },
      classes: 1000,
      weights: torchvisionWeights(['IMAGENET1K_V1', 'squeezenet1_1-b8a52dc0', null, 58.178, 80.624, 256]),
    },
  },
});
