// One call or more of every operator, together reaching every kernel variant: what is compiled without a GPU.

import { input } from '../../src/runtime/graph/scope.ts';
import type { Shape, Value } from '../../src/runtime/graph/value.ts';
import * as activations from '../../src/wgsl/activation/activation.ts';
import { activationGradient, differentiable } from '../../src/wgsl/activation/activation_gradient.ts';
import { prelu } from '../../src/wgsl/activation/prelu.ts';
import { preluGradient } from '../../src/wgsl/activation/prelu_gradient.ts';
import * as rareActivations from '../../src/wgsl/activation/rare_activations.ts';
import { affine } from '../../src/wgsl/affine/affine.ts';
import { batchNorm } from '../../src/wgsl/batch_norm/batch_norm.ts';
import { bceWithLogits } from '../../src/wgsl/bce_with_logits/bce_with_logits.ts';
import { bceWithLogitsGradient } from '../../src/wgsl/bce_with_logits/bce_with_logits_gradient.ts';
import { channelShuffle } from '../../src/wgsl/channel_shuffle/channel_shuffle.ts';
import { interleave } from '../../src/wgsl/channel_shuffle/interleave.ts';
import { concat } from '../../src/wgsl/concat/concat.ts';
import { connectionsOf, connectionTable } from '../../src/wgsl/connection_table/connection_table.ts';
import { connectionTableGradient } from '../../src/wgsl/connection_table/connection_table_gradient.ts';
import { conv2d } from '../../src/wgsl/conv2d/conv2d.ts';
import { conv2dInputGradient } from '../../src/wgsl/conv2d/conv2d_input_gradient.ts';
import { conv2dWeightGradient } from '../../src/wgsl/conv2d/conv2d_weight_gradient.ts';
import { dilate } from '../../src/wgsl/conv2d/dilate.ts';
import { filterTranspose } from '../../src/wgsl/conv2d/filter_transpose.ts';
import { crossEntropy } from '../../src/wgsl/cross_entropy/cross_entropy.ts';
import { crossEntropyGradient } from '../../src/wgsl/cross_entropy/cross_entropy_gradient.ts';
import { dropout } from '../../src/wgsl/dropout/dropout.ts';
import { dropoutTrain } from '../../src/wgsl/dropout/dropout_train.ts';
import { add, mul } from '../../src/wgsl/elementwise/elementwise.ts';
import { flatten } from '../../src/wgsl/flatten/flatten.ts';
import { unflatten } from '../../src/wgsl/flatten/unflatten.ts';
import { klDistillation } from '../../src/wgsl/kl_distillation/kl_distillation.ts';
import { klDistillationGradient } from '../../src/wgsl/kl_distillation/kl_distillation_gradient.ts';
import { layerNorm } from '../../src/wgsl/layer_norm/layer_norm.ts';
import { linear } from '../../src/wgsl/linear/linear.ts';
import { linearInputGradient } from '../../src/wgsl/linear/linear_input_gradient.ts';
import { linearWeightGradient } from '../../src/wgsl/linear/linear_weight_gradient.ts';
import { localResponseNorm } from '../../src/wgsl/lrn/local_response_norm.ts';
import { meanSquaredError } from '../../src/wgsl/mean_squared_error/mean_squared_error.ts';
import { meanSquaredErrorGradient } from '../../src/wgsl/mean_squared_error/mean_squared_error_gradient.ts';
import { nllLoss } from '../../src/wgsl/nll_loss/nll_loss.ts';
import { nllLossGradient } from '../../src/wgsl/nll_loss/nll_loss_gradient.ts';
import { accumulate } from '../../src/wgsl/optimizer/accumulate.ts';
import { adadelta } from '../../src/wgsl/optimizer/adadelta.ts';
import { adagrad } from '../../src/wgsl/optimizer/adagrad.ts';
import { adam, adamw } from '../../src/wgsl/optimizer/adam.ts';
import { average } from '../../src/wgsl/optimizer/average.ts';
import { control } from '../../src/wgsl/optimizer/control.ts';
import { rmsprop } from '../../src/wgsl/optimizer/rmsprop.ts';
import { sgd } from '../../src/wgsl/optimizer/sgd.ts';
import { crop } from '../../src/wgsl/pad/crop.ts';
import { pad } from '../../src/wgsl/pad/pad.ts';
import { adaptiveAvgPool2d } from '../../src/wgsl/pool/adaptive_avg_pool2d.ts';
import { avgPool2d } from '../../src/wgsl/pool/avg_pool2d.ts';
import { maxPool2d } from '../../src/wgsl/pool/max_pool2d.ts';
import { pooledConv2d } from '../../src/wgsl/pooled/pooled_conv2d.ts';
import { pooledLinear } from '../../src/wgsl/pooled/pooled_linear.ts';
import { radialBasis } from '../../src/wgsl/radial_basis/radial_basis.ts';
import { radialBasisGradient, radialBasisGradientCentres } from '../../src/wgsl/radial_basis/radial_basis_gradient.ts';
import { addRows } from '../../src/wgsl/reduce/add_rows.ts';
import { broadcastSum } from '../../src/wgsl/reduce/broadcast_sum.ts';
import { channelSum } from '../../src/wgsl/reduce/channel_sum.ts';
import { resize } from '../../src/wgsl/resize/resize.ts';
import { resizeGradient } from '../../src/wgsl/resize/resize_gradient.ts';
import { separableConv2d } from '../../src/wgsl/separable/separable_conv2d.ts';
import { slice } from '../../src/wgsl/slice/slice.ts';
import { sliceGradient } from '../../src/wgsl/slice/slice_gradient.ts';
import { logSoftmax, softmax } from '../../src/wgsl/softmax/softmax.ts';
import { logSoftmaxGradient, softmaxGradient } from '../../src/wgsl/softmax/softmax_gradient.ts';
import { stochasticDepth } from '../../src/wgsl/stochastic_depth/stochastic_depth.ts';
import { stochasticDepthTrain } from '../../src/wgsl/stochastic_depth/stochastic_depth_train.ts';
import { weightedSum } from '../../src/wgsl/weighted_sum/weighted_sum.ts';
import { normAndPoolCalls } from './norm_pool_calls.ts';

const parameter = (name: string, shape: Shape): Value => ({
  kind: 'parameter',
  name,
  shape,
  inputs: {},
  attributes: {},
});

/** Channels, filters, kernel, stride, groups: stems, points, blocks that Winograd serves, depthwise, grouped, odd ones. */
const convolutions = [
  [3, 36, 7, 2, 1],
  [64, 64, 1, 1, 1],
  [32, 32, 3, 1, 1],
  [32, 32, 3, 2, 1],
  [32, 64, 3, 1, 4],
  [64, 64, 3, 1, 16],
  [24, 24, 3, 1, 24],
  [24, 24, 5, 2, 24],
  [24, 24, 7, 3, 24],
  [6, 12, 3, 1, 6],
  [5, 7, 3, 1, 1],
] as const;

function convolved([channels, filters, kernel, stride, groups]: (typeof convolutions)[number]): Value[] {
  const padding = Math.floor(kernel / 2);
  const x = input('x', ['n', channels, 16, 16]);
  const w = parameter('w', [filters, channels / groups, kernel, kernel]);
  const bias = parameter('bias', [filters]);
  const attributes = {
    stride: [stride, stride] as [number, number],
    padding: [padding, padding, padding, padding] as [number, number, number, number],
    groups,
  };
  const plain = conv2d.of({ x, w }, attributes, 'conv');
  const residual = input('residual', plain.shape);
  return [
    plain,
    conv2d.of({ x, w, bias }, { ...attributes, activation: 'relu' }, 'conv'),
    conv2d.of({ x, w, bias, residual }, { ...attributes, activation: 'silu' }, 'conv'),
    conv2d.of({ x, w, residual }, attributes, 'conv'),
    normed(plain, filters),
    conv2dInputGradient.of({ dy: plain, w }, { ...attributes, stride: [1, 1] }, 'gradient'),
    conv2dWeightGradient.of({ x, dy: plain }, { ...attributes, kernel: [kernel, kernel] }, 'gradient'),
  ];
}

/** Over three rows of taps, and over one tap, as a batch norm has. */
function separable(x: Value): Value[] {
  const [w, bias, d_bias] = [parameter('w', [40, 24, 1, 1]), parameter('bias', [40]), parameter('d_bias', [24])];
  return [
    separableConv2d.of(
      { x, d: parameter('d', [24, 1, 3, 3]), d_bias, w, bias },
      { kernel: [3, 3], padding: [1, 1, 1, 1], between: 'relu6' },
      'separable',
    ),
    separableConv2d.of({ x, d: parameter('d', [24]), d_bias, w }, { kernel: [1, 1] }, 'separable'),
  ];
}

function normed(x: Value, channels: number): Value {
  const names = ['weight', 'bias', 'running_mean', 'running_var'] as const;
  const rest = Object.fromEntries(names.map((name) => [name, parameter(`bn.${name}`, [channels])]));
  return batchNorm.of({ x, ...rest }, {}, 'bn');
}

function sparse(x: Value): Value {
  const table = [[0, 5], [1, 23], [2]];
  const w = connectionTable.of({ w: parameter('w', [5, 3, 3]) }, connectionsOf(table, 24), 'connection_table');
  return conv2d.of({ x, w }, {}, 'conv');
}

/** Every optimizer with what state it may have, and what goes with it. */
function updates(): Value[] {
  const named = (...names: string[]) => Object.fromEntries(names.map((name) => [name, parameter(name, [5, 7])]));
  const [step, scale, g] = [input('step', [8]), input('scale', [1]), input('g', [5, 7])];
  const controls = control.of({ step, scale, 0: g }, { maxNorm: 1 }, 'control');
  const inputs = { ...named('w'), g, step, control: controls };
  const momentum = 0.9;
  return [
    controls,
    accumulate.of({ ...named('sum'), g, step }, {}, 'accumulate'),
    average.of({ ...named('w', 'shadow'), step, control: controls }, {}, 'average'),
    sgd.of(inputs, {}, 'sgd'),
    sgd.of({ ...inputs, ...named('momentum_buffer') }, { momentum }, 'sgd'),
    adam.of({ ...inputs, ...named('exp_avg', 'exp_avg_sq') }, {}, 'adam'),
    adamw.of({ ...inputs, ...named('exp_avg', 'exp_avg_sq', 'max_exp_avg_sq') }, {}, 'adamw'),
    rmsprop.of({ ...inputs, ...named('square_avg') }, {}, 'rmsprop'),
    rmsprop.of({ ...inputs, ...named('square_avg', 'grad_avg', 'momentum_buffer') }, { momentum }, 'rmsprop'),
    adagrad.of({ ...inputs, ...named('sum') }, {}, 'adagrad'),
    adadelta.of({ ...inputs, ...named('square_avg', 'acc_delta') }, {}, 'adadelta'),
  ];
}

/** Class numbers and probabilities, few classes and many, weights, what is ignored, one loss and one for each image. */
function losses(): Value[] {
  const few = input('few', ['n', 10]);
  const many = input('many', ['n', 200]);
  const label = input('label', ['n', 1]);
  const dy = input('dy', [1]);
  const each = input('each', ['n', 1]);
  const weight = parameter('class_weights', [10]);
  const pair = { x: many, target: input('target', many.shape) };
  return [
    ...[few, many].flatMap((x) => [
      crossEntropy.of({ x, target: label }, {}, 'cross_entropy'),
      crossEntropyGradient.of({ x, target: label, dy }, {}, 'cross_entropy_gradient'),
      crossEntropyGradient.of({ x, target: label, dy }, { ignoreIndex: 3 }, 'cross_entropy_gradient'),
      nllLoss.of({ x, target: label }, {}, 'nll_loss'),
      nllLossGradient.of({ x, target: label, dy }, {}, 'nll_loss_gradient'),
    ]),
    crossEntropy.of({ x: few, target: label, weight }, { reduction: 'none' }, 'cross_entropy'),
    crossEntropyGradient.of({ x: few, target: label, weight, dy }, {}, 'cross_entropy_gradient'),
    crossEntropyGradient.of({ x: few, target: label, dy: each }, { reduction: 'none' }, 'cross_entropy_gradient'),
    crossEntropy.of(pair, { labelSmoothing: 0.1, rubbish: 1 }, 'cross_entropy'),
    crossEntropyGradient.of({ ...pair, dy }, {}, 'cross_entropy_gradient'),
    meanSquaredError.of(pair, {}, 'mean_squared_error'),
    meanSquaredErrorGradient.of({ ...pair, dy }, {}, 'mean_squared_error_gradient'),
    bceWithLogits.of(pair, {}, 'bce_with_logits'),
    bceWithLogitsGradient.of({ ...pair, dy }, {}, 'bce_with_logits_gradient'),
    klDistillation.of(pair, { temperature: 4 }, 'kl_distillation'),
    klDistillationGradient.of({ ...pair, dy }, { temperature: 4 }, 'kl_distillation_gradient'),
    softmaxGradient.of({ y: many, dy: pair.target }, {}, 'softmax_gradient'),
    logSoftmaxGradient.of({ y: many, dy: pair.target }, {}, 'log_softmax_gradient'),
    weightedSum.of({ 0: dy, 1: input('auxiliary', [1]) }, { weights: [1, 0.3] }, 'weighted_sum'),
  ];
}

/** Graphs of one operator each, or of two that become one. */
export function callsOfAll(): Value[] {
  const x = input('x', ['n', 24, 9, 7]);
  const features = input('features', ['n', 200]);
  const part = slice.of({ x }, { from: 3, to: 9 }, 'slice');
  const every = Object.values(activations);
  const slopes = parameter('weight', [24]);
  return [
    ...convolutions.flatMap(convolved),
    ...every.map((operator) => operator.of({ x }, {}, 'activation')),
    ...Object.values(rareActivations).map((operator) => operator.of({ x }, {}, 'activation')),
    prelu.of({ x, weight: slopes }, {}, 'prelu'),
    preluGradient.of({ x, weight: slopes, dy: x }, { of: 'x' }, 'prelu_gradient'),
    ...differentiable.map((of) => activationGradient.of({ v: x, dy: x }, { of }, 'activation_gradient')),
    ...separable(x),
    pooledConv2d.of(
      { x: input('wide', ['n', 36, 9, 10]), w: parameter('w', [40, 36, 3, 3]), bias: parameter('bias', [40]) },
      { padding: [1, 1, 1, 1], activation: 'relu' },
      'pooled',
    ),
    pooledLinear.of({ x, w: parameter('w', [50, 24]), bias: parameter('bias', [50]) }, {}, 'pooled_linear'),
    linear.of({ x: features, w: parameter('w', [50, 200]) }, {}, 'linear'),
    linear.of({ x: features, w: parameter('w', [50, 200]), bias: parameter('bias', [50]) }, {}, 'linear'),
    linear.of({ x, w: parameter('w', [50, 24]) }, { activation: 'gelu' }, 'linear'),
    linearWeightGradient.of({ x: features, dy: input('dy', ['n', 50]) }, {}, 'linear'),
    filterTranspose.of({ w: parameter('w', [6, 2, 3, 3]) }, { groups: 2 }, 'filter_transpose'),
    linearInputGradient.of({ dy: input('dy', ['n', 50]), w: parameter('w', [50, 200]) }, {}, 'linear'),
    dilate.of({ x }, { stride: [2, 2] }, 'dilate'),
    crop.of({ x }, { padding: [1, 2, 3, 1] }, 'crop'),
    sparse(x),
    radialBasis.of({ x: features, w: parameter('w', [10, 200]) }, {}, 'radial_basis'),
    ...[radialBasisGradient, radialBasisGradientCentres].map((operator) =>
      operator.of({ x: features, w: parameter('w', [10, 200]), dy: input('dy', ['n', 10]) }, {}, operator.name),
    ),
    connectionTableGradient.of({ dy: input('dy', [2, 3, 5, 5]) }, connectionsOf([[0, 2], [1]], 3), 'table'),
    normed(x, 24),
    ...normAndPoolCalls(),
    ...[24, 200].map((channels) =>
      layerNorm.of(
        {
          x: input('x', ['n', channels, 9, 7]),
          weight: parameter('weight', [channels]),
          bias: parameter('bias', [channels]),
        },
        {},
        'layer_norm',
      ),
    ),
    affine.of({ x }, { scale: [2], shift: [1] }, 'affine'),
    add.of({ a: x, b: x }, {}, 'add'),
    mul.of({ a: x, b: x }, {}, 'mul'),
    concat.of({ 0: x, 1: part }, {}, 'concat'),
    part,
    channelShuffle.of({ x }, { groups: 3 }, 'channel_shuffle'),
    interleave.of({ a: x, b: x }, { from: 5, to: 20 }, 'interleave'),
    flatten.of({ x }, {}, 'flatten'),
    unflatten.of({ x: features }, { shape: [50, 2, 2] }, 'unflatten'),
    sliceGradient.of({ x }, { from: 3, channels: 40 }, 'slice_gradient'),
    dropout.of({ x }, {}, 'dropout'),
    stochasticDepth.of({ x }, { p: 0.2 }, 'stochastic_depth'),
    ...[dropoutTrain, stochasticDepthTrain].map((operator) =>
      operator.of({ x, random: input('random', [4]) }, { p: 0.2, key: 1 }, operator.name),
    ),
    maxPool2d.of({ x }, { kernel: [2, 2] }, 'max_pool2d'),
    avgPool2d.of({ x }, { kernel: [2, 2] }, 'avg_pool2d'),
    adaptiveAvgPool2d.of({ x }, { outputSize: [1, 1] }, 'adaptive_avg_pool2d'),
    localResponseNorm.of({ x }, { size: 5 }, 'local_response_norm'),
    softmax.of({ x: features }, {}, 'softmax'),
    logSoftmax.of({ x: features }, {}, 'log_softmax'),
    pad.of({ x }, { padding: [1, 2, 3, 4] }, 'pad'),
    channelSum.of({ x }, {}, 'channel_sum'),
    addRows.of({ a: slopes, b: slopes }, {}, 'add_rows'),
    ...[{}, { by: x }].flatMap((by) => [
      broadcastSum.of({ x, ...by }, { shape: [24, 1, 1] }, 'broadcast_sum'),
      broadcastSum.of({ x, ...by }, { shape: [24, 1, 1], batch: true }, 'broadcast_sum'),
    ]),
    resize.of({ x }, { size: [5, 5] }, 'resize'),
    resizeGradient.of({ dy: x }, { size: [5, 5] }, 'resize_gradient'),
    ...losses(),
    ...updates(),
  ];
}
