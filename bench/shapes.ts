// The rows of the kernel bench: layers of real networks, each with its operator, its data and its float64 reference.

import type { Attributes, Value } from '../src/runtime/graph/value.ts';
import { conv2dReference } from '../src/wgsl/conv2d/conv2d.ref.ts';
import { type Conv2dAttributes, conv2d } from '../src/wgsl/conv2d/conv2d.ts';
import { conv2dInputGradient } from '../src/wgsl/conv2d/conv2d_input_gradient.ts';
import { conv2dWeightGradientReference } from '../src/wgsl/conv2d/conv2d_weight_gradient.ref.ts';
import {
  type Conv2dWeightGradientAttributes,
  conv2dWeightGradient,
} from '../src/wgsl/conv2d/conv2d_weight_gradient.ts';
import { filterTransposeReference } from '../src/wgsl/conv2d/filter_transpose.ref.ts';
import { linear } from '../src/wgsl/linear/linear.ts';
import { type AdaptiveAvgPool2dAttributes, adaptiveAvgPool2d } from '../src/wgsl/pool/adaptive_avg_pool2d.ts';
import { type MaxPool2dAttributes, maxPool2d } from '../src/wgsl/pool/max_pool2d.ts';
import { adaptiveAvgPool2dReference, maxPool2dReference } from '../src/wgsl/pool/pool.ref.ts';
import { isWinograd, winogradTerms } from '../src/wgsl/winograd/winograd.ref.ts';
import { apply, type Reference, type TestTensor as Tensor } from '../test/support/operators.ts';
import { uniform } from './network.ts';

export interface Row {
  /** The operator, the network and the layer, and what is peculiar about it. */
  readonly title: string;
  readonly value: Value;
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly batch: number;
  /** Takes about a second for the larger convolutions. */
  reference(): Reference;
  /** What a kernel adds up where that is not the terms of the definition; null where it is. Takes seconds. */
  summedBy(kernel: string, reference: Reference): Reference | null;
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

/** `batch` images in each. */
export function rows(batch: number): readonly Row[] {
  const conv = (name: string, convolution: Convolution) => convRow(name, convolution, batch);
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
    linearRow('resnet18 fc', 512, 1000, batch),
    linearRow('resnet50 fc', 2048, 1000, batch),
    maxPoolRow('resnet18 maxpool', { c: 64, size: 112 }, batch),
    globalPoolRow('resnet50 avgpool', { c: 2048, size: 7 }, batch),
    ...gradientRows(batch),
  ];
}

function convRow(name: string, { c, k, size, kernel, stride = 1, groups = 1 }: Convolution, batch: number): Row {
  const fanIn = (c / groups) * kernel * kernel;
  const side = kernel >> 1;
  const tensors = {
    x: activation([batch, c, size, size]),
    w: parameter([k, c / groups, kernel, kernel], fanIn, 2),
    bias: parameter([k], fanIn, 3),
  };
  const attributes = { stride: [stride, stride], padding: [side, side, side, side], groups };
  const made = row(name, conv2d, tensors, attributes, (value) =>
    conv2dReference(tensors, value.attributes as Conv2dAttributes),
  );
  return {
    ...made,
    summedBy(kernel, reference) {
      if (!isWinograd(kernel)) return null;
      const { padding } = made.value.attributes as Conv2dAttributes;
      const { terms, length } = winogradTerms(tensors.x, tensors.w, padding, kernel);
      const perFilter = terms.length / batch / k;
      const biased = terms.map((sum, i) => sum + Math.abs(tensors.bias.data[Math.floor(i / perFilter) % k]!));
      return { ...reference, terms: biased, length: length + 1 };
    },
  };
}

/** How the same layers are learnt: gradients of filters, and of inputs where there is a layer before. */
function gradientRows(batch: number): readonly Row[] {
  const layers: readonly [string, Convolution][] = [
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
  const inner = layers.filter(([, { c, stride = 1 }]) => c > 3 && stride === 1);
  return [
    ...layers.map(([name, layer]) => weightGradientRow(name, layer, batch)),
    ...inner.map(([name, layer]) => inputGradientRow(name, layer, batch)),
  ];
}

function weightGradientRow(name: string, { c, k, size, kernel, stride = 1, groups = 1 }: Convolution, batch: number) {
  const side = kernel >> 1;
  const out = Math.floor((size + 2 * side - kernel) / stride) + 1;
  const tensors = { x: activation([batch, c, size, size]), dy: activation([batch, k, out, out]) };
  const attributes = { kernel: [kernel, kernel], stride: [stride, stride], padding: [side, side, side, side], groups };
  return row(name, conv2dWeightGradient, tensors, attributes, (value) =>
    conv2dWeightGradientReference(tensors.x, tensors.dy, value.attributes as Conv2dWeightGradientAttributes),
  );
}

/** Kernels are odd, so that its padding is the layer's. */
function inputGradientRow(name: string, { c, k, size, kernel, groups = 1 }: Convolution, batch: number): Row {
  const side = kernel >> 1;
  const tensors = {
    dy: activation([batch, k, size, size]),
    w: parameter([k, c / groups, kernel, kernel], (k / groups) * kernel * kernel, 2),
  };
  const turned = () => {
    const { shape, y } = filterTransposeReference(tensors.w, groups);
    return { shape, data: y };
  };
  const attributes = { padding: [side, side, side, side], groups };
  const made = row(name, conv2dInputGradient, tensors, attributes, (value) =>
    conv2dReference({ x: tensors.dy, w: turned() }, value.attributes as Conv2dAttributes),
  );
  return {
    ...made,
    summedBy(kernel, reference) {
      if (!isWinograd(kernel)) return null;
      const { padding } = made.value.attributes as Conv2dAttributes;
      return { ...reference, ...winogradTerms(tensors.dy, turned(), padding, kernel) };
    },
  };
}

/** A linear layer is a 1x1 convolution of one pixel, in the reference too. */
function linearRow(name: string, features: number, out: number, batch: number): Row {
  const tensors = {
    x: activation([batch, features]),
    w: parameter([out, features], features, 2),
    bias: parameter([out], features, 3),
  };
  return row(name, linear, tensors, {}, () => {
    const pixel = ({ shape, data }: Tensor) => ({ shape: [...shape, 1, 1], data });
    const inputs = { x: pixel(tensors.x), w: pixel(tensors.w), bias: tensors.bias };
    const result = conv2dReference(inputs, { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 });
    return { ...result, shape: [batch, out] };
  });
}

interface Image {
  readonly c: number;
  readonly size: number;
}

function maxPoolRow(name: string, { c, size }: Image, batch: number): Row {
  const x = activation([batch, c, size, size]);
  return row(name, maxPool2d, { x }, { kernel: [3, 3], stride: [2, 2], padding: [1, 1] }, (value) =>
    maxPool2dReference(x, value.attributes as MaxPool2dAttributes),
  );
}

function globalPoolRow(name: string, { c, size }: Image, batch: number): Row {
  const x = activation([batch, c, size, size]);
  return row(name, adaptiveAvgPool2d, { x }, { outputSize: [1, 1] }, (value) =>
    adaptiveAvgPool2dReference(x, value.attributes as AdaptiveAvgPool2dAttributes),
  );
}

function row(
  name: string,
  operator: Parameters<typeof apply>[0],
  tensors: Readonly<Record<string, Tensor>>,
  attributes: Attributes,
  reference: (value: Value) => Reference,
): Row {
  const value = apply(operator, tensors, attributes);
  const batch = (tensors.x ?? tensors.dy)?.shape[0] ?? 1;
  return {
    title: `${operator.name} ${name}`,
    value,
    tensors,
    batch,
    reference: () => reference(value),
    summedBy: () => null,
  };
}

function activation(shape: readonly number[]): Tensor {
  return { shape, data: uniform(elements(shape), 1) };
}

/** Uniform, with the variance that keeps the result's near the input's. */
function parameter(shape: readonly number[], fanIn: number, seed: number): Tensor {
  return { shape, data: uniform(elements(shape), Math.sqrt(3 / fanIn), seed), parameter: true };
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
