// LeNet-5, the modern form and the original.
//
// Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-Based Learning Applied to Document Recognition, 1998, figure 2
// (both forms), table 1 (what C3 sees of S2), figure 3 (the bitmaps), appendix A (how weights start).
//
// lenet5 takes 28x28 digits, padded to 32x32 by the first convolution, and leaves out what nobody kept: the sparse table of
// C3, trained subsampling, and the radial basis output. lenet5_relu is lenet5 where nobody chooses an activation.
//
// lenet5_1998 has all of it, layer by layer as in section II.B: 60,000 trained numbers. It takes 32x32 digits, where paper is
// -0.1 and ink 1.175. An output of the paper is the squared distance of F6 from a digit's bitmap, and the smallest wins; the
// logits here are those distances' negatives, so that the largest wins, as everywhere else. There are bitmaps for 10 classes.

import * as z from 'zod/mini';
import { type Build, configured, defineModels, type ModelSpec } from '../registry/plugin.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import { affine, avgPool, conv2d, flatten, linear, maxPool, relu, sigmoid, tanh } from './layers.ts';
import { fullConv2d, fullLinear, radialBasis, scaledTanh, sparseConv2d, subsample } from './layers_1998.ts';

const activations = { tanh, relu, sigmoid };
const poolings = { average: avgPool, max: maxPool };

function modern(usual: keyof typeof activations, weights: ModelSpec['weights'] = []): ModelSpec {
  const choices = z.object({
    activation: z._default(z.enum(['tanh', 'relu', 'sigmoid']), usual),
    pooling: z._default(z.enum(['average', 'max']), 'average'),
  });
  const network = configured(choices, (net, image, { activation, pooling, classes }) => {
    const act = activations[activation];
    const pool = poolings[pooling];
    let x = conv2d(net.at('conv1'), image, { out: 6, kernel: 5, padding: 2 });
    x = pool(net.at('pool1'), act(net.at('act1'), x), { kernel: 2 });
    x = conv2d(net.at('conv2'), x, { out: 16, kernel: 5 });
    x = pool(net.at('pool2'), act(net.at('act2'), x), { kernel: 2 });
    x = flatten(net.at('flatten'), x);
    x = act(net.at('act3'), linear(net.at('fc1'), x, 120));
    x = act(net.at('act4'), linear(net.at('fc2'), x, 84));
    return linear(net.at('fc3'), x, classes);
  });
  return { ...network, input: { channels: 1, size: 28, minSize: 28 }, classes: 10, weights };
}

/** Table 1, by columns: the maps of S2 that each map of C3 sees. */
const table1 = '012 123 234 345 045 015 0123 1234 2345 0345 0145 0125 0134 1245 0235 012345'
  .split(' ')
  .map((maps) => [...maps].map(Number));

/** Figure 3: the digits of the ASCII set, 7 wide and 12 high. */
const figure3 = [
  '.#####. ...##.. .#####. ####### .#####. .#####. ..####. ####### .#####. .#####.',
  '....... ..###.. ....... .....## ....... ....... .##.... .....## ##...## ##..###',
  '..###.. .####.. .#####. ....##. ....... ####### ##..... .....## ##...## ##...##',
  '.##.##. ...##.. ##...## ...##.. .##..## ##..... ##..... ....##. ##...## ##...##',
  '##...## ...##.. #....## ..####. .##..## ##..... ######. ...##.. .#####. ##..###',
  '##...## ...##.. ....##. .....## ###..## .####.. ###..## ...##.. ##...## .######',
  '##...## ...##.. ..###.. .....## ##...## ..####. ##...## ..##... ##...## .....##',
  '##...## ...##.. .##.... .....## ##...## .....## ##...## ..##... ##...## .....##',
  '.##.##. ...##.. ##..... ##...## ##..### ##...## ###..## ..##... ##...## ....##.',
  '..###.. .###### ####### .#####. .###### .#####. .#####. ..##... .#####. .####..',
  '....... ....... ....... ....... .....## ....... ....... ....... ....... .......',
  '....... ....... ....... ....... .....## ....... ....... ....... ....... .......',
].map((row) => row.split(' '));

/** Ink is 1, paper -1. */
const bitmaps = Array.from({ length: 10 }, (_, digit) =>
  figure3.flatMap((row) => [...(row[digit] ?? '')].map((pixel) => (pixel === '#' ? 1 : -1))),
);

const original: Build = (net, image, { classes }) => {
  /** Every layer up to F6 squashes its sums. */
  const layer = (name: string, sums: (scope: Scope) => Value) => scaledTanh(net.at(name).at('act'), sums(net.at(name)));
  const c1 = layer('c1', (scope) => fullConv2d(scope, image, 6));
  const s2 = layer('s2', (scope) => subsample(scope, c1));
  const c3 = layer('c3', (scope) => sparseConv2d(scope, s2, table1));
  const s4 = layer('s4', (scope) => subsample(scope, c3));
  const c5 = layer('c5', (scope) => fullConv2d(scope, s4, 120));
  const f6 = layer('f6', (scope) => fullLinear(scope, flatten(net.at('flatten'), c5), 84));
  const distances = radialBasis(net.at('output'), f6, classes, bitmaps);
  return affine(net.at('negative'), distances, { scale: -1 });
};

/** What `convoke train --model lenet5 --data mnist/ --epochs 20 --augment digits --weight-decay 1e-4` comes to. */
const mnist: ModelSpec['weights'][number] = {
  id: 'MNIST_V1',
  default: true,
  sources: [
    {
      kind: 'package',
      load: async () => (await import('./weights/lenet5_mnist.safetensors')).default,
      sha256: '56ebfd10db7a4e0ef83a5f51e6087e2c6f7516f5c22a50cd0f253a932e61b5b9',
    },
  ],
  preprocess: { resize: 28, crop: 28, interpolation: 'bilinear', antialias: true, mean: [0], std: [1] },
  classes: [...'0123456789'],
  accuracy: { MNIST: { top1: 99.4 } },
  licence: 'MIT; learnt from MNIST (LeCun, Cortes, Burges), CC BY-SA 3.0',
};

export const lenet = defineModels({
  family: 'lenet',
  paper: 'LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, 1998, figure 2',
  models: {
    lenet5: modern('tanh', [mnist]),
    lenet5_relu: modern('relu'),
    lenet5_1998: { build: original, input: { channels: 1, size: 32, minSize: 32 }, classes: 10, weights: [] },
  },
});
