// GoogLeNet: modules that look through windows of several sizes at once, and two heads halfway that help it to learn.
//
// C. Szegedy, W. Liu, Y. Jia, P. Sermanet, S. Reed, D. Anguelov, D. Erhan, V. Vanhoucke, A. Rabinovich: Going Deeper with
// Convolutions, 2014, arXiv:1409.4842, table 1 and figure 3. S. Ioffe, C. Szegedy: Batch Normalization, 2015, arXiv:1502.03167.
//
// `inception_v1` is the net of 2014: local response normalisation, biases, 5x5 convolutions. What the paper leaves open is as
// in its authors' Caffe release: the constants of the normalisation, and pools whose last window may pass the image's end.
// `googlenet` is torchvision's: batch norm after every convolution, in place of the local one; a 3x3 convolution where the
// paper has 5x5; a last max pool of 2x2. Its published weights want the image normalised to mean and deviation 0.5. Their
// entry sets `transformInput`, as torchvision does, and keeps ImageNet's preprocessing, so that the same tensor goes in as in
// torchvision; a preprocessing with mean and deviation 0.5, and the config off, would give the same but for rounding.

import { defineModels, type Heads } from '../registry/plugin.ts';
import { torchvisionWeights } from '../registry/torchvision_weights.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import {
  adaptiveAvgPool,
  avgPool,
  batchNorm,
  type Conv2dOptions,
  concat,
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
  type WeightInit,
} from './layers.ts';
import { published, transforming } from './layers_inception.ts';

/** A row of table 1: #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj. */
type Row = readonly [one: number, reduce3: number, three: number, reduce5: number, five: number, pool: number];

const rows = {
  '3a': [64, 96, 128, 16, 32, 32],
  '3b': [128, 128, 192, 32, 96, 64],
  '4a': [192, 96, 208, 16, 48, 64],
  '4b': [160, 112, 224, 24, 64, 64],
  '4c': [128, 128, 256, 24, 64, 64],
  '4d': [112, 144, 288, 32, 64, 64],
  '4e': [256, 160, 320, 32, 128, 128],
  '5a': [256, 160, 320, 32, 128, 128],
  '5b': [384, 192, 384, 48, 128, 128],
} as const satisfies Record<string, Row>;

/** In what the two nets differ. */
interface Form {
  /** A convolution with all that follows it, up to the activation. */
  readonly conv: (scope: Scope, x: Value, options: Conv2dOptions) => Value;
  /** After the first pool and before the second (figure 3). */
  readonly norm: Layer;
  /** The kernel of an inception module's third branch, 5x5 in the paper. */
  readonly branch3: number;
  /** The kernel of the last max pool. */
  readonly pool4: number;
  /** What an auxiliary head sees of the feature maps, [n, C, 4, 4]. */
  readonly auxPool: Layer;
  readonly dropout: number;
  readonly start: Start;
}

/** torchvision's BasicConv2d. It cuts its normal law off at 2, which is 200 deviations: never. */
export const torchvision: Form = {
  conv: (scope, x, options) => {
    const y = conv2d(scope.at('conv'), x, { ...options, bias: false, init: normal(0.01) });
    return relu(scope.at('relu'), batchNorm(scope.at('bn'), y, { eps: 1e-3 }));
  },
  norm: (_, x) => x,
  branch3: 3,
  pool4: 2,
  auxPool: (scope, x) => adaptiveAvgPool(scope, x, 4),
  dropout: 0.2,
  start: { init: normal(0.01) },
};

/** Caffe's "xavier" law, with biases of 0.2 so that every unit begins alive. */
const xavierWeight: WeightInit = ([, ...rest]) => ({
  law: 'uniform',
  bound: Math.sqrt(3 / rest.reduce((a, b) => a * b, 1)),
});
const xavier: Start = {
  init: xavierWeight,
  biasInit: () => ({ law: 'constant', value: 0.2 }),
};

const original: Form = {
  conv: (scope, x, options) => relu(scope.at('relu'), conv2d(scope, x, { ...options, ...xavier })),
  norm: (scope, x) => localResponseNorm(scope, x, { size: 5, alpha: 1e-4, beta: 0.75, k: 1 }),
  branch3: 5,
  pool4: 3,
  // 14x14 at the size of the paper. The linear layer behind it has one width, so other sizes are averaged to it.
  auxPool: (scope, x) =>
    x.shape[2] === 14 ? avgPool(scope, x, { kernel: 5, stride: 3 }) : adaptiveAvgPool(scope, x, 4),
  dropout: 0.4,
  start: { init: xavierWeight },
};

/** Figure 2b. */
export function inception(module: Scope, x: Value, { conv, branch3 }: Form, row: Row): Value {
  const [one, reduce3, three, reduce5, five, pool] = row;
  const branch = (index: number) => module.at(`branch${index}`);
  const y1 = conv(branch(1), x, { out: one, kernel: 1 });
  let y2 = conv(branch(2).at(0), x, { out: reduce3, kernel: 1 });
  y2 = conv(branch(2).at(1), y2, { out: three, kernel: 3, padding: 1 });
  let y3 = conv(branch(3).at(0), x, { out: reduce5, kernel: 1 });
  y3 = conv(branch(3).at(1), y3, { out: five, kernel: branch3, padding: (branch3 - 1) / 2 });
  let y4 = maxPool(branch(4).at(0), x, { kernel: 3, stride: 1, padding: 1, ceilMode: true });
  y4 = conv(branch(4).at(1), y4, { out: pool, kernel: 1 });
  return concat(module, [y1, y2, y3, y4]);
}

/** Section 5: what the maps of 4a and 4d say by themselves. */
export function auxiliary(head: Scope, x: Value, { conv, auxPool, start }: Form, classes: number): Value {
  let y = conv(head.at('conv'), auxPool(head.at('avgpool'), x), { out: 128, kernel: 1 });
  y = linear(head.at('fc1'), flatten(head.at('flatten'), y), 1024, start);
  y = dropout(head.at('dropout'), relu(head.at('relu'), y), 0.7);
  return linear(head.at('fc2'), y, classes, start);
}

function network(net: Scope, image: Value, form: Form, classes: number): Heads {
  const { conv, norm, pool4, start } = form;
  const halve = (index: number, x: Value, kernel = 3) =>
    maxPool(net.at(`maxpool${index}`), x, { kernel, stride: 2, ceilMode: true });
  const modules = (names: readonly (keyof typeof rows)[], x: Value) =>
    names.reduce((y, name) => inception(net.at(`inception${name}`), y, form, rows[name]), x);

  let x = conv(net.at('conv1'), image, { out: 64, kernel: 7, stride: 2, padding: 3 });
  x = norm(net.at('norm1'), halve(1, x));
  x = conv(net.at('conv2'), x, { out: 64, kernel: 1 });
  x = conv(net.at('conv3'), x, { out: 192, kernel: 3, padding: 1 });
  x = halve(2, norm(net.at('norm2'), x));
  x = halve(3, modules(['3a', '3b'], x));
  const after4a = modules(['4a'], x);
  const after4d = modules(['4b', '4c', '4d'], after4a);
  x = halve(4, modules(['4e'], after4d), pool4);
  x = modules(['5a', '5b'], x);
  const aux1 = auxiliary(net.at('aux1'), after4a, form, classes);
  const aux2 = auxiliary(net.at('aux2'), after4d, form, classes);
  x = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 1));
  const logits = linear(net.at('fc'), dropout(net.at('dropout'), x, form.dropout), classes, start);
  return { logits, auxiliary: { aux1: { logits: aux1, weight: 0.3 }, aux2: { logits: aux2, weight: 0.3 } } };
}

const weights = torchvisionWeights(['IMAGENET1K_V1', 'googlenet-1378be20', null, 69.778, 89.53, 256]);

export const googlenet = defineModels({
  family: 'googlenet',
  paper: 'Szegedy et al.: Going Deeper with Convolutions, 2014 (arXiv:1409.4842), table 1 and figure 3',
  models: {
    googlenet: {
      ...transforming((net, image, classes) => network(net, image, torchvision, classes)),
      input: { channels: 3, size: 224, minSize: 15 },
      classes: 1000,
      weights: weights.map((entry) => ({ ...entry, ...published })),
    },
    inception_v1: {
      build: (net, image, { classes }) => network(net, image, original, classes),
      input: { channels: 3, size: 224, minSize: 31 },
      classes: 1000,
      weights: [],
    },
  },
});
