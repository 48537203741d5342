// The rows of the kernel benches: layers of real networks and their gradients, each an operator's call with the data for it.

import type { Value } from '../../runtime/graph/value.ts';
import { batchNormGradient } from '../../wgsl/batch_norm/batch_norm_gradient.ts';
import { batchNormSums } from '../../wgsl/batch_norm/batch_norm_sums.ts';
import { conv2d } from '../../wgsl/conv2d/conv2d.ts';
import { conv2dInputGradient } from '../../wgsl/conv2d/conv2d_input_gradient.ts';
import { conv2dWeightGradient } from '../../wgsl/conv2d/conv2d_weight_gradient.ts';
import { linear } from '../../wgsl/linear/linear.ts';
import { linearInputGradient } from '../../wgsl/linear/linear_input_gradient.ts';
import { linearWeightGradient } from '../../wgsl/linear/linear_weight_gradient.ts';
import { adaptiveAvgPool2d } from '../../wgsl/pool/adaptive_avg_pool2d.ts';
import { adaptiveAvgPool2dGradient } from '../../wgsl/pool/adaptive_avg_pool2d_gradient.ts';
import { avgPool2dGradient } from '../../wgsl/pool/avg_pool2d_gradient.ts';
import { maxPool2d } from '../../wgsl/pool/max_pool2d.ts';
import { maxPool2dGradient } from '../../wgsl/pool/max_pool2d_gradient.ts';
import { activation, call, type LayerTensor, parameter, positive, row } from './layer_data.ts';

export interface Layer {
  /** The operator, the network and the layer, and what is peculiar about it. */
  readonly title: string;
  readonly value: Value;
  readonly batch: number;
  /** Made anew at every call, the same every time. */
  tensors(): Readonly<Record<string, LayerTensor>>;
  /** What an element of the result is a sum of. */
  readonly sum: Sum;
  /** Floating-point operations of the whole batch, two to a multiply-add. */
  readonly flops: number;
}

export interface Sum {
  /** Terms of the longest; 0 where nothing is rounded. */
  readonly length: number;
  /** Relative error of a term on top, in units of 2^-24, where the WGSL specification allows one: division and roots. */
  readonly granted?: number;
  /** Operations for each element of the first input, where the operator has no multiply-adds. */
  readonly perElement?: number;
  /** Inputs with which the same operator gives each element's sum of |terms|; without, those of every input's magnitudes. */
  magnitudes?(tensors: Readonly<Record<string, LayerTensor>>): Readonly<Record<string, LayerTensor>>;
}

interface Convolution {
  /** Channels in and out. */
  readonly c: number;
  readonly k: number;
  /** Height and width of the input, and of the kernel. */
  readonly size: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
}

/** What `convoke bench` measures if it is not told: one of every kind, by the last part of its title. */
const shortList: readonly string[] = [
  'conv2d resnet18 conv1',
  'conv2d resnet18 layer1.0.conv1',
  'conv2d resnet18 layer2.0.conv1',
  'conv2d resnet18 layer3.1.conv1',
  'conv2d resnet18 layer4.1.conv1',
  'conv2d resnet50 layer1.0.conv3',
  'conv2d resnet50 layer4.1.conv1',
  'conv2d mobilenet_v2 features.2, depthwise',
  'conv2d mobilenet_v2 features.15, depthwise',
  'linear resnet50 fc',
  'max_pool2d resnet18 maxpool',
  'adaptive_avg_pool2d resnet50 avgpool',
  'conv2d_weight_gradient resnet18 layer1.0.conv1',
  'conv2d_input_gradient resnet18 layer1.0.conv1',
  'conv2d_input_gradient mobilenet_v2 features.1, depthwise',
  'batch_norm_gradient resnet18 layer1.0.bn1',
];

/** Those that have `filter` in their title, or the short list where there is none. `batch` images in each. */
export function chosenLayers(batch: number, filter: string | undefined): readonly Layer[] {
  const all = layers(batch);
  return all.filter(({ title }) => (filter === undefined ? shortList.includes(title) : title.includes(filter)));
}

export function layers(batch: number): readonly Layer[] {
  const conv = (name: string, convolution: Convolution) => convLayer(name, convolution, batch);
  return [
    conv('resnet18 conv1', { c: 3, k: 64, size: 224, kernel: 7, stride: 2 }),
    conv('resnet18 layer1.0.conv1', { c: 64, k: 64, size: 56, kernel: 3 }),
    conv('resnet18 layer2.0.conv1', { c: 64, k: 128, size: 56, kernel: 3, stride: 2 }),
    conv('resnet18 layer2.0.downsample', { c: 64, k: 128, size: 56, kernel: 1, stride: 2 }),
    conv('resnet18 layer2.1.conv1', { c: 128, k: 128, size: 28, kernel: 3 }),
    conv('resnet18 layer3.1.conv1', { c: 256, k: 256, size: 14, kernel: 3 }),
    conv('resnet18 layer4.1.conv1', { c: 512, k: 512, size: 7, kernel: 3 }),
    conv('resnet50 layer1.1.conv1', { c: 256, k: 64, size: 56, kernel: 1 }),
    conv('resnet50 layer1.0.conv3', { c: 64, k: 256, size: 56, kernel: 1 }),
    conv('resnet50 layer3.1.conv3', { c: 256, k: 1024, size: 14, kernel: 1 }),
    conv('resnet50 layer4.1.conv1', { c: 2048, k: 512, size: 7, kernel: 1 }),
    conv('resnext50 layer1.1.conv2, grouped', { c: 128, k: 128, size: 56, kernel: 3, groups: 32 }),
    conv('mobilenet_v2 features.1, depthwise', { c: 32, k: 32, size: 112, kernel: 3, groups: 32 }),
    conv('mobilenet_v2 features.2, depthwise', { c: 96, k: 96, size: 112, kernel: 3, stride: 2, groups: 96 }),
    conv('mobilenet_v2 features.15, depthwise', { c: 960, k: 960, size: 7, kernel: 3, groups: 960 }),
    conv('efficientnet_b0 features.3, depthwise', { c: 144, k: 144, size: 56, kernel: 5, stride: 2, groups: 144 }),
    conv('convnext_tiny features.1, depthwise', { c: 96, k: 96, size: 56, kernel: 7, groups: 96 }),
    linearLayer('resnet18 fc', 512, 1000, batch),
    linearLayer('resnet50 fc', 2048, 1000, batch),
    maxPoolLayer('resnet18 maxpool', { c: 64, size: 112 }, batch),
    globalPoolLayer('resnet50 avgpool', { c: 2048, size: 7 }, batch),
    ...gradientLayers(batch),
  ];
}

function convLayer(name: string, convolution: Convolution, batch: number): Layer {
  const { c, k, size, kernel, groups = 1 } = convolution;
  const fanIn = (c / groups) * kernel * kernel;
  const tensors = {
    x: activation([batch, c, size, size]),
    w: parameter([k, c / groups, kernel, kernel], fanIn, 2),
    bias: parameter([k], fanIn, 3),
  };
  return call(name, conv2d, tensors, windows(convolution), { length: fanIn + 1 });
}

/** Kernels are odd, and padded by half. */
function windows({ kernel, stride = 1, groups = 1 }: Convolution) {
  const side = kernel >> 1;
  return { stride: [stride, stride], padding: [side, side, side, side], groups };
}

/** How the same layers are learnt: gradients of filters, and of inputs where there is a layer before. */
function gradientLayers(batch: number): readonly Layer[] {
  const convolutions: readonly [string, Convolution][] = [
    ['lenet5 conv1', { c: 1, k: 6, size: 28, kernel: 5 }],
    ['resnet18 conv1', { c: 3, k: 64, size: 224, kernel: 7, stride: 2 }],
    ['lenet5 conv2', { c: 6, k: 16, size: 14, kernel: 5 }],
    ['resnet18 layer1.0.conv1', { c: 64, k: 64, size: 56, kernel: 3 }],
    ['resnet18 layer2.0.conv1', { c: 64, k: 128, size: 56, kernel: 3, stride: 2 }],
    ['resnet18 layer4.1.conv1', { c: 512, k: 512, size: 7, kernel: 3 }],
    ['resnet50 layer1.1.conv1', { c: 256, k: 64, size: 56, kernel: 1 }],
    ['resnext50 layer1.1.conv2, grouped', { c: 128, k: 128, size: 56, kernel: 3, groups: 32 }],
    ['mobilenet_v2 features.1, depthwise', { c: 32, k: 32, size: 112, kernel: 3, groups: 32 }],
  ];
  const inner = convolutions.filter(([, { c, stride = 1 }]) => c > 3 && stride === 1);
  return [
    ...convolutions.map(([name, layer]) => weightGradient(name, layer, batch)),
    ...inner.map(([name, layer]) => inputGradient(name, layer, batch)),
    linearWeights('resnet18 fc', 512, 1000, batch),
    linearInputs('resnet18 fc', 512, 1000, batch),
    maxPoolInputs('resnet18 maxpool', { c: 64, size: 112 }, batch),
    avgPoolInputs('densenet121 transition1.pool', { c: 128, size: 56 }, batch),
    globalPoolInputs('resnet50 avgpool', { c: 2048, size: 7 }, batch),
    ...batchNormLayers('resnet18 layer1.0.bn1', { c: 64, size: 56 }, batch),
    ...batchNormLayers('mobilenet_v2 features.2.bn1', { c: 96, size: 112 }, batch),
  ];
}

function weightGradient(name: string, convolution: Convolution, batch: number): Layer {
  const { c, k, size, kernel, stride = 1 } = convolution;
  const out = Math.floor((size + 2 * (kernel >> 1) - kernel) / stride) + 1;
  const tensors = { x: activation([batch, c, size, size]), dy: activation([batch, k, out, out], 2) };
  const attributes = { kernel: [kernel, kernel], ...windows(convolution) };
  return call(name, conv2dWeightGradient, tensors, attributes, { length: batch * out * out });
}

function inputGradient(name: string, convolution: Convolution, batch: number): Layer {
  const { c, k, size, kernel, groups = 1 } = convolution;
  const length = (k / groups) * kernel * kernel;
  const tensors = {
    dy: activation([batch, k, size, size]),
    w: parameter([k, c / groups, kernel, kernel], length, 2),
  };
  return call(name, conv2dInputGradient, tensors, windows(convolution), { length });
}

function linearLayer(name: string, features: number, out: number, batch: number): Layer {
  const tensors = {
    x: activation([batch, features]),
    w: parameter([out, features], features, 2),
    bias: parameter([out], features, 3),
  };
  return call(name, linear, tensors, {}, { length: features + 1 });
}

function linearWeights(name: string, features: number, out: number, batch: number): Layer {
  const tensors = { x: activation([batch, features]), dy: activation([batch, out], 2) };
  return call(name, linearWeightGradient, tensors, {}, { length: batch });
}

function linearInputs(name: string, features: number, out: number, batch: number): Layer {
  const tensors = { dy: activation([batch, out]), w: parameter([out, features], out, 2) };
  return call(name, linearInputGradient, tensors, {}, { length: out });
}

interface Image {
  readonly c: number;
  readonly size: number;
}

/** WGSL's division is within 2.5 units in the last place. */
const DIVISION = 5;
const threeByTwo = { kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] };

function maxPoolLayer(name: string, { c, size }: Image, batch: number): Layer {
  const attributes = { ...threeByTwo, padding: [1, 1] };
  return call(name, maxPool2d, { x: activation([batch, c, size, size]) }, attributes, { length: 0, perElement: 9 / 4 });
}

function globalPoolLayer(name: string, { c, size }: Image, batch: number): Layer {
  const tensors = { x: activation([batch, c, size, size]) };
  return call(
    name,
    adaptiveAvgPool2d,
    tensors,
    { outputSize: [1, 1] },
    { length: size * size, granted: DIVISION, perElement: 1 },
  );
}

function maxPoolInputs(name: string, { c, size }: Image, batch: number): Layer {
  const half = size / 2;
  const tensors = { x: activation([batch, c, size, size]), dy: activation([batch, c, half, half], 2) };
  // x says which pixel is chosen, and is no factor; four windows have a pixel in common.
  const sum: Sum = { length: 4, perElement: 9 / 4, magnitudes: ({ x, dy }) => ({ x: x!, dy: positive(dy!) }) };
  return call(name, maxPool2dGradient, tensors, { ...threeByTwo, padding: [1, 1] }, sum);
}

function avgPoolInputs(name: string, { c, size }: Image, batch: number): Layer {
  const tensors = { dy: activation([batch, c, size / 2, size / 2]) };
  const attributes = { kernel: [2, 2], stride: [2, 2], countIncludePad: true, inputSize: [size, size] };
  return call(name, avgPool2dGradient, tensors, attributes, { length: 1, granted: DIVISION + 1, perElement: 4 });
}

function globalPoolInputs(name: string, { c, size }: Image, batch: number): Layer {
  const tensors = { dy: activation([batch, c, 1, 1]) };
  const attributes = { inputSize: [size, size] };
  const sum: Sum = { length: 1, granted: DIVISION + 1, perElement: size * size };
  return call(name, adaptiveAvgPool2dGradient, tensors, attributes, sum);
}

/** 1 / sqrt(variance + eps): 2 units in the last place of the root, half of what rounding eps and the sum gives, and a rounding. */
const INVERSE = 5;

function batchNormLayers(name: string, { c, size }: Image, batch: number): readonly Layer[] {
  const shape = [batch, c, size, size];
  const statistics = row([2, c], [0.1, 1.3], 3);
  const sums = row([2, c], [0.4, 0.7], 4);
  const both = { x: activation(shape), dy: activation(shape, 2), statistics };
  // What counts of x is its distance from the mean.
  const distances = (tensors: Readonly<Record<string, LayerTensor>>) => {
    const { data: means } = tensors.statistics!;
    const away = tensors.x!.data.map((value, i) => {
      const mean = means[Math.floor(i / size / size) % c]!;
      return mean + Math.abs(value - mean);
    });
    return { ...tensors, x: { ...tensors.x!, data: away }, dy: positive(tensors.dy!) };
  };
  // dx = weight s (dy - A / n - xn B / n): both sums are taken from dy.
  const opposite = (tensors: Readonly<Record<string, LayerTensor>>) => ({
    ...distances(tensors),
    sums: { ...tensors.sums!, data: tensors.sums!.data.map((value) => -Math.abs(value)) },
    weight: positive(tensors.weight!),
  });
  const weight = { ...row([c], [1], 5), parameter: true };
  return [
    call(
      name,
      batchNormSums,
      both,
      { eps: 1e-5 },
      {
        length: batch * size * size,
        granted: INVERSE + 3,
        perElement: 5,
        magnitudes: distances,
      },
    ),
    call(
      name,
      batchNormGradient,
      { ...both, sums, weight },
      { eps: 1e-5 },
      {
        length: 3,
        granted: 3 * INVERSE + 2 * DIVISION + 6,
        perElement: 7,
        magnitudes: opposite,
      },
    ),
  ];
}
