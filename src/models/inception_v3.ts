// Inception v3: GoogLeNet's modules with their large windows taken apart into small ones, some of them a single row or column.
//
// C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna: Rethinking the Inception Architecture for Computer Vision, 2015,
// arXiv:1512.00567, table 1; figures 5 (Mixed_5*), 6 (Mixed_6b to 6e), 7 (Mixed_7b, 7c), 10 (Mixed_6a, 7a) and 8 (the head).
//
// Names and widths are torchvision's, which has them from Google's release. Its published weights want the image normalised
// to mean and deviation 0.5: their entry sets `transformInput`, as googlenet.ts explains.
//
// The head looks through a 5x5 window at averages over 5x5, so it needs maps of 17x17, which images of 299 have. torchvision
// does not train with smaller ones; here their maps are spread to that size for the head.

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
  linear,
  maxPool,
  normal,
  relu,
} from './layers.ts';
import { published, transforming } from './layers_inception.ts';

type Shape = Omit<Conv2dOptions, 'bias' | 'init' | 'biasInit'>;
type Kernel = Pick<Shape, 'kernel' | 'padding'>;

const point: Kernel = { kernel: 1 };
const square3: Kernel = { kernel: 3, padding: 1 };
const square5: Kernel = { kernel: 5, padding: 2 };
const row3: Kernel = { kernel: [1, 3], padding: [0, 1] };
const column3: Kernel = { kernel: [3, 1], padding: [1, 0] };
const row7: Kernel = { kernel: [1, 7], padding: [0, 3] };
const column7: Kernel = { kernel: [7, 1], padding: [3, 0] };

/** torchvision's BasicConv2d. It cuts its normal law off at 2, which is 20 deviations: never. */
function conv(scope: Scope, x: Value, options: Shape): Value {
  const y = conv2d(scope.at('conv'), x, { ...options, bias: false, init: normal(0.1) });
  return relu(scope.at('relu'), batchNorm(scope.at('bn'), y, { eps: 1e-3 }));
}

/** Convolutions one after another, named NAME_1, NAME_2, ... */
function chain(module: Scope, name: string, x: Value, steps: readonly Shape[]): Value {
  return steps.reduce((y, step, index) => conv(module.at(`${name}_${index + 1}`), y, step), x);
}

function pooled(module: Scope, x: Value, out: number): Value {
  const y = avgPool(module.at('avg_pool'), x, { kernel: 3, stride: 1, padding: 1 });
  return conv(module.at('branch_pool'), y, { out, kernel: 1 });
}

/** Figure 5: the 5x5 window as two of 3x3; one of 5x5 stayed. */
export function mixedA(module: Scope, x: Value, pool: number): Value {
  return concat(module, [
    conv(module.at('branch1x1'), x, { out: 64, ...point }),
    chain(module, 'branch5x5', x, [
      { out: 48, ...point },
      { out: 64, ...square5 },
    ]),
    chain(module, 'branch3x3dbl', x, [
      { out: 64, ...point },
      { out: 96, ...square3 },
      { out: 96, ...square3 },
    ]),
    pooled(module, x, pool),
  ]);
}

/** Figure 10: halves the image by convolutions and a pool side by side. */
export function mixedB(module: Scope, x: Value): Value {
  return concat(module, [
    conv(module.at('branch3x3'), x, { out: 384, kernel: 3, stride: 2 }),
    chain(module, 'branch3x3dbl', x, [
      { out: 64, ...point },
      { out: 96, ...square3 },
      { out: 96, kernel: 3, stride: 2 },
    ]),
    maxPool(module.at('max_pool'), x, { kernel: 3, stride: 2 }),
  ]);
}

/** Figure 6: 7x7 windows as a row and a column. */
export function mixedC(module: Scope, x: Value, inner: number): Value {
  return concat(module, [
    conv(module.at('branch1x1'), x, { out: 192, ...point }),
    chain(module, 'branch7x7', x, [
      { out: inner, ...point },
      { out: inner, ...row7 },
      { out: 192, ...column7 },
    ]),
    chain(module, 'branch7x7dbl', x, [
      { out: inner, ...point },
      { out: inner, ...column7 },
      { out: inner, ...row7 },
      { out: inner, ...column7 },
      { out: 192, ...row7 },
    ]),
    pooled(module, x, 192),
  ]);
}

/** Halves the image once more. */
export function mixedD(module: Scope, x: Value): Value {
  return concat(module, [
    chain(module, 'branch3x3', x, [
      { out: 192, ...point },
      { out: 320, kernel: 3, stride: 2 },
    ]),
    chain(module, 'branch7x7x3', x, [
      { out: 192, ...point },
      { out: 192, ...row7 },
      { out: 192, ...column7 },
      { out: 192, kernel: 3, stride: 2 },
    ]),
    maxPool(module.at('max_pool'), x, { kernel: 3, stride: 2 }),
  ]);
}

/** Figure 7: a row and a column side by side. */
export function mixedE(module: Scope, x: Value): Value {
  const one = conv(module.at('branch1x1'), x, { out: 320, ...point });
  const narrow = conv(module.at('branch3x3_1'), x, { out: 384, ...point });
  const three = spread(module, 'branch3x3_2', narrow);
  const twice = chain(module, 'branch3x3dbl', x, [
    { out: 448, ...point },
    { out: 384, ...square3 },
  ]);
  return concat(module, [one, three, spread(module, 'branch3x3dbl_3', twice), pooled(module, x, 192)]);
}

function spread(module: Scope, name: string, x: Value): Value {
  const row = conv(module.at(`${name}a`), x, { out: 384, ...row3 });
  const column = conv(module.at(`${name}b`), x, { out: 384, ...column3 });
  return concat(module.at(name), [row, column]);
}

const SMALLEST_FOR_HEAD = 17;

/** Figure 8. */
function auxiliary(head: Scope, x: Value, classes: number): Value {
  const small = Number(x.shape[2]) < SMALLEST_FOR_HEAD;
  let y = small ? adaptiveAvgPool(head.at('spread'), x, SMALLEST_FOR_HEAD) : x;
  y = avgPool(head.at('avg_pool'), y, { kernel: 5, stride: 3 });
  y = conv(head.at('conv0'), y, { out: 128, ...point });
  y = adaptiveAvgPool(head.at('pool'), conv(head.at('conv1'), y, { out: 768, kernel: 5 }), 1);
  return linear(head.at('fc'), flatten(head.at('flatten'), y), classes, { init: normal(0.001) });
}

function network(net: Scope, image: Value, classes: number): Heads {
  let x = conv(net.at('Conv2d_1a_3x3'), image, { out: 32, kernel: 3, stride: 2 });
  x = conv(net.at('Conv2d_2a_3x3'), x, { out: 32, kernel: 3 });
  x = conv(net.at('Conv2d_2b_3x3'), x, { out: 64, ...square3 });
  x = maxPool(net.at('maxpool1'), x, { kernel: 3, stride: 2 });
  x = conv(net.at('Conv2d_3b_1x1'), x, { out: 80, ...point });
  x = conv(net.at('Conv2d_4a_3x3'), x, { out: 192, kernel: 3 });
  x = maxPool(net.at('maxpool2'), x, { kernel: 3, stride: 2 });
  for (const [name, pool] of [
    ['5b', 32],
    ['5c', 64],
    ['5d', 64],
  ] as const)
    x = mixedA(net.at(`Mixed_${name}`), x, pool);
  x = mixedB(net.at('Mixed_6a'), x);
  for (const [name, inner] of [
    ['6b', 128],
    ['6c', 160],
    ['6d', 160],
    ['6e', 192],
  ] as const)
    x = mixedC(net.at(`Mixed_${name}`), x, inner);
  const head = auxiliary(net.at('AuxLogits'), x, classes);
  x = mixedD(net.at('Mixed_7a'), x);
  x = mixedE(net.at('Mixed_7c'), mixedE(net.at('Mixed_7b'), x));
  x = dropout(net.at('dropout'), adaptiveAvgPool(net.at('avgpool'), x, 1));
  const logits = linear(net.at('fc'), flatten(net.at('flatten'), x), classes, { init: normal(0.1) });
  return { logits, auxiliary: { AuxLogits: { logits: head, weight: 0.4 } } };
}

const rows = torchvisionWeights([
  'IMAGENET1K_V1',
  'inception_v3_google-0cc3c7bd',
  'inception_v3.tv_in1k',
  77.294,
  93.45,
  342,
]);
const weights = rows.map((entry) => ({
  ...entry,
  preprocess: { ...entry.preprocess, crop: 299 },
  ...published,
}));

export const inceptionV3 = defineModels({
  family: 'inception_v3',
  paper: 'Szegedy et al.: Rethinking the Inception Architecture for Computer Vision, 2015 (arXiv:1512.00567), table 1',
  models: {
    inception_v3: {
      ...transforming(network),
      input: { channels: 3, size: 299, minSize: 75 },
      classes: 1000,
      weights,
    },
  },
});
