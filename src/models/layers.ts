// The words models are written in: each layer is a function of a place in the tree of modules and of the values it takes.
// It declares what the torch module of that name holds, in state_dict order, with torch's initial values.

import { GraphError } from '../runtime/errors.ts';
import type { Init, Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import * as activations from '../wgsl/activation/activation.ts';
import { prelu as preluOp } from '../wgsl/activation/prelu.ts';
import * as rareActivations from '../wgsl/activation/rare_activations.ts';
import { affine as affineOp } from '../wgsl/affine/affine.ts';
import { batchNorm as batchNormOp } from '../wgsl/batch_norm/batch_norm.ts';
import { channelShuffle as channelShuffleOp } from '../wgsl/channel_shuffle/channel_shuffle.ts';
import { concat as concatOp } from '../wgsl/concat/concat.ts';
import { conv2d as conv2dOp } from '../wgsl/conv2d/conv2d.ts';
import { dropout as dropoutOp } from '../wgsl/dropout/dropout.ts';
import { add as addOp, mul as mulOp } from '../wgsl/elementwise/elementwise.ts';
import { flatten as flattenOp } from '../wgsl/flatten/flatten.ts';
import { layerNorm as layerNormOp } from '../wgsl/layer_norm/layer_norm.ts';
import { linear as linearOp } from '../wgsl/linear/linear.ts';
import { localResponseNorm as localResponseNormOp } from '../wgsl/lrn/local_response_norm.ts';
import { pad as padOp } from '../wgsl/pad/pad.ts';
import { adaptiveAvgPool2d } from '../wgsl/pool/adaptive_avg_pool2d.ts';
import { avgPool2d } from '../wgsl/pool/avg_pool2d.ts';
import { maxPool2d } from '../wgsl/pool/max_pool2d.ts';
import { chunk as chunkOp } from '../wgsl/slice/split.ts';
import { stochasticDepth as stochasticDepthOp } from '../wgsl/stochastic_depth/stochastic_depth.ts';

/** One number for both directions, or vertical and horizontal. */
export type Pair = number | readonly [number, number];
/** Also top, left, bottom, right. */
export type Padding = Pair | readonly [number, number, number, number];

/** How a weight starts, from its shape: [out, in/groups, ...kernel]. */
export type WeightInit = (shape: readonly number[]) => Init;

/** A layer without options. */
export type Layer = (scope: Scope, x: Value) => Value;

const product = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1);
const zeros: Init = { law: 'constant', value: 0 };
const ones: Init = { law: 'constant', value: 1 };
export const zeroInit: WeightInit = () => zeros;

/** torch's default, kaiming_uniform_(a=sqrt(5)), whose bound comes to 1/sqrt(fan_in); biases have the same bound. */
export const uniformFanIn: WeightInit = ([, ...rest]) => ({ law: 'uniform', bound: 1 / Math.sqrt(product(rest)) });

/** kaiming_normal_(mode='fan_out', nonlinearity='relu') (He et al. 2015, arXiv:1502.01852), as torchvision's nets start. */
export const normalFanOut: WeightInit = ([out = 1, , ...kernel]) => ({
  law: 'normal',
  std: Math.sqrt(2 / (out * product(kernel))),
});

/** kaiming_normal_() with its defaults. */
export const normalFanIn: WeightInit = ([, ...rest]) => ({ law: 'normal', std: Math.sqrt(2 / product(rest)) });

/** A normal law of this deviation. */
export const normal =
  (std: number): WeightInit =>
  () => ({ law: 'normal', std });

/** How a layer's parameters start; as torch's do where nothing is said. Both are given the weight's shape. */
export interface Start {
  readonly init?: WeightInit;
  readonly biasInit?: WeightInit;
}

export interface Conv2dOptions extends Start {
  readonly out: number;
  readonly kernel: Pair;
  readonly stride?: Pair;
  /** Zeros around the image. */
  readonly padding?: Padding;
  readonly dilation?: Pair;
  readonly groups?: number;
  readonly bias?: boolean;
}

/** torch.nn.Conv2d: [n, C, H, W] -> [n, out, P, Q]. Throws GraphError naming this place where the shapes do not fit. */
export function conv2d(scope: Scope, x: Value, options: Conv2dOptions): Value {
  const { out, kernel, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
  const { init = uniformFanIn, biasInit = uniformFanIn } = options;
  const channels = width(scope, x);
  if (channels % groups !== 0)
    throw new GraphError(
      'shape_mismatch',
      `conv2d(${scope.path}): ${channels} input channels do not divide into ${groups} groups`,
    );
  const shape = [out, channels / groups, ...pair(kernel)];
  const w = scope.parameter('weight', shape, init(shape));
  const b = bias ? scope.parameter('bias', [out], biasInit(shape)) : undefined;
  const attributes = { stride: pair(stride), padding: sides(padding), dilation: pair(dilation), groups };
  return conv2dOp.of({ x, w, bias: b }, attributes, scope.path);
}

/** torch.nn.Linear: [n, I] -> [n, out]. */
export function linear(scope: Scope, x: Value, out: number, options: Start = {}): Value {
  if (x.shape.length === 2) return linearOverChannels(scope, x, out, options);
  throw new GraphError('shape_mismatch', `linear(${scope.path}): x must have 2 dimensions and is [${x.shape}]`);
}

/** torch.nn.Linear at each pixel, between permutations that put the channels last and back: [n, I, H, W] -> [n, out, H, W]. */
export function linearOverChannels(scope: Scope, x: Value, out: number, options: Start = {}): Value {
  const { init = uniformFanIn, biasInit = uniformFanIn } = options;
  const shape = [out, width(scope, x)];
  const w = scope.parameter('weight', shape, init(shape));
  const bias = scope.parameter('bias', [out], biasInit(shape));
  return linearOp.of({ x, w, bias }, {}, scope.path);
}

export interface BatchNormOptions {
  readonly eps?: number;
  /** While training, what a batch's statistics count in the running ones; torch's default is 0.1. */
  readonly momentum?: number;
}

/** torch.nn.BatchNorm2d (or 1d, by x's rank). Files older than torch 0.4.1 do not count batches. */
export function batchNorm(scope: Scope, x: Value, options: BatchNormOptions = {}): Value {
  const shape = [width(scope, x)];
  const inputs = {
    x,
    weight: scope.parameter('weight', shape, ones),
    bias: scope.parameter('bias', shape, zeros),
    running_mean: scope.buffer('running_mean', shape, zeros),
    running_var: scope.buffer('running_var', shape, ones),
  };
  scope.buffer('num_batches_tracked', [], zeros, { optional: true });
  return batchNormOp.of(inputs, options, scope.path);
}

/** torch.nn.LayerNorm over the channels, at each pixel: torchvision's LayerNorm2d. */
export function layerNorm(scope: Scope, x: Value, { eps = 1e-5 }: { readonly eps?: number } = {}): Value {
  const shape = [width(scope, x)];
  const weight = scope.parameter('weight', shape, ones);
  return layerNormOp.of({ x, weight, bias: scope.parameter('bias', shape, zeros) }, { eps }, scope.path);
}

const pointwise =
  (operator: Pick<typeof activations.relu, 'of'> | Pick<typeof rareActivations.mish, 'of'>): Layer =>
  (scope, x) =>
    operator.of({ x }, {}, scope.path);

export const relu = /* @__PURE__ */ pointwise(activations.relu);
export const relu6 = /* @__PURE__ */ pointwise(activations.relu6);
export const sigmoid = /* @__PURE__ */ pointwise(activations.sigmoid);
export const tanh = /* @__PURE__ */ pointwise(activations.tanh);
export const silu = /* @__PURE__ */ pointwise(activations.silu);
export const gelu = /* @__PURE__ */ pointwise(activations.gelu);
export const hardswish = /* @__PURE__ */ pointwise(activations.hardswish);
export const hardsigmoid = /* @__PURE__ */ pointwise(activations.hardsigmoid);

/** `slope` is the factor below zero. */
export function leakyRelu(scope: Scope, x: Value, slope = 0.01): Value {
  return activations.leakyRelu.of({ x }, { slope }, scope.path);
}

export const softplus = /* @__PURE__ */ pointwise(rareActivations.softplus);
export const mish = /* @__PURE__ */ pointwise(rareActivations.mish);
/** torch's GELU with `approximate='tanh'`. */
export const geluTanh = /* @__PURE__ */ pointwise(rareActivations.geluTanh);

/** Ends at `-alpha` far below zero. */
export function elu(scope: Scope, x: Value, alpha = 1): Value {
  return rareActivations.elu.of({ x }, { alpha }, scope.path);
}

/** Slopes below zero that are learned: one for all, or one for each channel. */
export function prelu(scope: Scope, x: Value, slopes = 1): Value {
  const weight = scope.parameter('weight', [slopes], { law: 'constant', value: 0.25 });
  return preluOp.of({ x, weight }, {}, scope.path);
}

/** Brightness normalisation across `size` channels, as torch counts: `alpha` is divided by `size`. */
export function localResponseNorm(
  scope: Scope,
  x: Value,
  options: { readonly size: number; readonly alpha: number; readonly beta: number; readonly k: number },
): Value {
  return localResponseNormOp.of({ x }, options, scope.path);
}

/** Constants: one number, or one for each channel. */
export interface AffineOptions {
  readonly scale: number | readonly number[];
  readonly shift?: number | readonly number[];
}

/** scale * x + shift, neither of which is trained. */
export function affine(scope: Scope, x: Value, { scale, shift = 0 }: AffineOptions): Value {
  return affineOp.of({ x }, { scale: [scale].flat(), shift: [shift].flat() }, scope.path);
}

export interface PoolOptions {
  readonly kernel: Pair;
  /** The kernel's size where it is not given. */
  readonly stride?: Pair;
  readonly padding?: Padding;
  /** Whether a last window may pass the image's end. */
  readonly ceilMode?: boolean;
}

const pooling = ({ kernel, stride, padding = 0, ceilMode = false }: PoolOptions) => ({
  kernel: pair(kernel),
  stride: stride === undefined ? null : pair(stride),
  padding: sides(padding),
  ceilMode,
});

/** torch.nn.MaxPool2d. */
export function maxPool(scope: Scope, x: Value, options: PoolOptions & { readonly dilation?: Pair }): Value {
  return maxPool2d.of({ x }, { ...pooling(options), dilation: pair(options.dilation ?? 1) }, scope.path);
}

/** torch.nn.AvgPool2d; `countIncludePad` says whether padding counts in the divisor. */
export function avgPool(scope: Scope, x: Value, options: PoolOptions & { readonly countIncludePad?: boolean }): Value {
  const { countIncludePad = true } = options;
  return avgPool2d.of({ x }, { ...pooling(options), countIncludePad }, scope.path);
}

/** Averages to `size`, whatever x's is: torch.nn.AdaptiveAvgPool2d. */
export function adaptiveAvgPool(scope: Scope, x: Value, size: Pair): Value {
  return adaptiveAvgPool2d.of({ x }, { outputSize: pair(size) }, scope.path);
}

/** [n, C, H, W] -> [n, C*H*W]. */
export const flatten: Layer = (scope, x) => flattenOp.of({ x }, {}, scope.path);

/** Zeroes a share `p` of the values while training; the identity at inference. */
export function dropout(scope: Scope, x: Value, p = 0.5): Value {
  return dropoutOp.of({ x }, { p }, scope.path);
}

/** Takes all of x from a share `p` of the images while training, on a branch that is added; the identity at inference. */
export function stochasticDepth(scope: Scope, x: Value, p: number): Value {
  return stochasticDepthOp.of({ x }, { p }, scope.path);
}

/** a + b, broadcast as PyTorch does. */
export function add(scope: Scope, a: Value, b: Value): Value {
  return addOp.of({ a, b }, {}, scope.path);
}

/** a * b, broadcast as PyTorch does. */
export function mul(scope: Scope, a: Value, b: Value): Value {
  return mulOp.of({ a, b }, {}, scope.path);
}

/** torch.chunk along the channels. */
export function chunk(scope: Scope, x: Value, chunks: number): Value[] {
  return chunkOp(x, chunks, scope.path);
}

/** Channels seen as `groups` rows are read column by column. */
export function channelShuffle(scope: Scope, x: Value, groups: number): Value {
  return channelShuffleOp.of({ x }, { groups }, scope.path);
}

/** Zeros behind x's channels, up to `channels` in all. */
export function padChannels(scope: Scope, x: Value, channels: number): Value {
  return padOp.of({ x }, { channels: channels - width(scope, x) }, scope.path);
}

/** Along the channels. */
export function concat(scope: Scope, parts: readonly Value[]): Value {
  return concatOp.of(Object.fromEntries(parts.entries()), {}, scope.path);
}

/** torch.nn.Sequential: layers after one another, named 0, 1, 2. */
export function sequential(scope: Scope, x: Value, layers: readonly Layer[]): Value {
  return layers.reduce((y, layer, i) => layer(scope.at(i), y), x);
}

/** Channels of an image, features of a vector. */
function width(scope: Scope, x: Value): number {
  const [, channels] = x.shape;
  if (typeof channels === 'number') return channels;
  throw new GraphError('shape_mismatch', `${scope.path}: the input must be [n, C, ...] and is [${x.shape}]`);
}

function pair(value: Pair): [number, number] {
  return typeof value === 'number' ? [value, value] : [...value];
}

/** The same on opposite sides unless all four are given. */
function sides(value: Padding): [number, number, number, number] {
  if (typeof value !== 'number' && value.length === 4) return [...value];
  const [vertical, horizontal] = pair(value);
  return [vertical, horizontal, vertical, horizontal];
}
