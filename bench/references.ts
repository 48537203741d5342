// The float64 references of the kernel bench's rows.

import type { LayerTensor as Tensor } from '../src/cli/bench/layer_data.ts';
import type { Layer } from '../src/cli/bench/layers.ts';
import type { Value } from '../src/runtime/graph/value.ts';
import { batchNormGradientReference, batchNormSumsReference } from '../src/wgsl/batch_norm/batch_norm_train.ref.ts';
import { conv2dReference } from '../src/wgsl/conv2d/conv2d.ref.ts';
import type { Conv2dAttributes } from '../src/wgsl/conv2d/conv2d.ts';
import { conv2dWeightGradientReference } from '../src/wgsl/conv2d/conv2d_weight_gradient.ref.ts';
import type { Conv2dWeightGradientAttributes } from '../src/wgsl/conv2d/conv2d_weight_gradient.ts';
import { filterTransposeReference } from '../src/wgsl/conv2d/filter_transpose.ref.ts';
import { linearReference } from '../src/wgsl/linear/linear.ref.ts';
import { linearWeightGradientReference } from '../src/wgsl/linear/linear_weight_gradient.ref.ts';
import type { AdaptiveAvgPool2dAttributes } from '../src/wgsl/pool/adaptive_avg_pool2d.ts';
import type { AdaptiveAvgPool2dGradientAttributes } from '../src/wgsl/pool/adaptive_avg_pool2d_gradient.ts';
import type { AvgPool2dGradientAttributes } from '../src/wgsl/pool/avg_pool2d_gradient.ts';
import type { MaxPool2dAttributes } from '../src/wgsl/pool/max_pool2d.ts';
import { adaptiveAvgPool2dReference, maxPool2dReference } from '../src/wgsl/pool/pool.ref.ts';
import {
  adaptiveAvgPool2dGradientReference,
  avgPool2dGradientReference,
  maxPool2dGradientReference,
} from '../src/wgsl/pool/pool_gradient.ref.ts';
import { isWinograd, winogradTerms } from '../src/wgsl/winograd/winograd.ref.ts';
import type { Reference } from '../test/support/operators.ts';

type Tensors = Readonly<Record<string, Tensor>>;

/** By operator. Takes about a second for the larger convolutions. */
const references: Readonly<Record<string, (tensors: Tensors, attributes: Value['attributes']) => Reference>> = {
  conv2d: ({ x, w, bias }, attributes) =>
    conv2dReference({ x: x!, w: w!, bias: bias! }, as<Conv2dAttributes>(attributes)),
  conv2d_weight_gradient: ({ x, dy }, attributes) =>
    conv2dWeightGradientReference(x!, dy!, as<Conv2dWeightGradientAttributes>(attributes)),
  conv2d_input_gradient: ({ dy, w }, attributes) =>
    conv2dReference({ x: dy!, w: turned(w!, attributes) }, as<Conv2dAttributes>(attributes)),
  linear: ({ x, w, bias }) => linearReference(x!, w!, bias),
  linear_weight_gradient: ({ x, dy }) => linearWeightGradientReference(x!, dy!),
  linear_input_gradient: ({ dy, w }) => linearReference(dy!, transposed(w!)),
  max_pool2d: ({ x }, attributes) => maxPool2dReference(x!, as<MaxPool2dAttributes>(attributes)),
  max_pool2d_gradient: ({ x, dy }, attributes) =>
    maxPool2dGradientReference({ x: x!, dy: dy! }, as<MaxPool2dAttributes>(attributes)),
  avg_pool2d_gradient: ({ dy }, attributes) =>
    avgPool2dGradientReference(dy!, as<AvgPool2dGradientAttributes>(attributes)),
  adaptive_avg_pool2d: ({ x }, attributes) =>
    adaptiveAvgPool2dReference(x!, as<AdaptiveAvgPool2dAttributes>(attributes)),
  adaptive_avg_pool2d_gradient: ({ dy }, attributes) =>
    adaptiveAvgPool2dGradientReference(dy!, as<AdaptiveAvgPool2dGradientAttributes>(attributes)),
  batch_norm_sums: ({ x, dy, statistics }, attributes) =>
    batchNormSumsReference({ x: x!, dy: dy!, statistics: statistics! }, as<{ eps: number }>(attributes)),
  batch_norm_gradient: ({ x, dy, statistics, sums, weight }, attributes) =>
    batchNormGradientReference(
      { x: x!, dy: dy!, statistics: statistics!, sums: sums!, weight: weight! },
      as<{ eps: number }>(attributes),
    ),
};

export function referenceOf({ title, value }: Layer, tensors: Tensors): Reference {
  const made = references[value.operator?.name ?? ''];
  if (!made) throw new TypeError(`${title} has no reference`);
  return made(tensors, value.attributes);
}

/** What a kernel adds up where that is not the terms of the definition; null where it is. Takes seconds. */
export function summedBy(kernel: string, { value }: Layer, tensors: Tensors, reference: Reference): Reference | null {
  if (!isWinograd(kernel)) return null;
  const { padding } = as<Conv2dAttributes>(value.attributes);
  const { x, dy, w, bias } = tensors;
  const { terms, length } = x
    ? winogradTerms(x, w!, padding, kernel)
    : winogradTerms(dy!, turned(w!, value.attributes), padding, kernel);
  if (!bias) return { ...reference, terms, length };
  const [, filters = 1, height = 1, width = 1] = reference.shape;
  const biased = terms.map((sum, i) => sum + Math.abs(bias.data[Math.floor(i / height / width) % filters]!));
  return { ...reference, terms: biased, length: length + 1 };
}

/** The graph keeps attributes as its operators have read them. */
function as<Attributes>(attributes: Value['attributes']): Attributes {
  return attributes as unknown as Attributes;
}

/** The filters that carry a gradient back to the input. */
function turned(w: Tensor, attributes: Value['attributes']): Tensor {
  const { shape, y } = filterTransposeReference(w, as<Conv2dAttributes>(attributes).groups);
  return { shape, data: Float32Array.from(y) };
}

function transposed({ shape: [rows = 1, columns = 1], data }: Tensor): Tensor {
  const turned = data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
  return { shape: [columns, rows], data: turned };
}
