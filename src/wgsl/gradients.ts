// How every operator is differentiated: one rule an operator, apart from the operators so that inference downloads none of it.

import type { Value } from '../runtime/graph/value.ts';
import { activationGradients } from './activation/activation.gradient.ts';
import { preluGradientRule } from './activation/prelu.gradient.ts';
import { affineGradient } from './affine/affine.gradient.ts';
import { batchNormRule, batchNormTrainRule } from './batch_norm/batch_norm.gradient.ts';
import { bceWithLogitsRule } from './bce_with_logits/bce_with_logits.gradient.ts';
import { channelShuffleGradient } from './channel_shuffle/channel_shuffle.gradient.ts';
import { concatGradient } from './concat/concat.gradient.ts';
import { connectionTableGradientRule } from './connection_table/connection_table.gradient.ts';
import { conv2dGradient } from './conv2d/conv2d.gradient.ts';
import { crossEntropyRule, nllLossRule } from './cross_entropy/cross_entropy.gradient.ts';
import { dropoutGradient, dropoutTrainGradient } from './dropout/dropout.gradient.ts';
import { addGradient, mulGradient } from './elementwise/elementwise.gradient.ts';
import { flattenGradient } from './flatten/flatten.gradient.ts';
import { klDistillationRule } from './kl_distillation/kl_distillation.gradient.ts';
import { layerNormRule } from './layer_norm/layer_norm.gradient.ts';
import { linearGradient } from './linear/linear.gradient.ts';
import { localResponseNormRule } from './lrn/local_response_norm.gradient.ts';
import { meanSquaredErrorRule } from './mean_squared_error/mean_squared_error.gradient.ts';
import { padGradient } from './pad/pad.gradient.ts';
import { adaptiveAvgPool2dRule, avgPool2dRule, maxPool2dRule } from './pool/pool.gradient.ts';
import { radialBasisGradientRule } from './radial_basis/radial_basis.gradient.ts';
import { resizeGradientRule } from './resize/resize.gradient.ts';
import { sliceGradientRule } from './slice/slice.gradient.ts';
import { logSoftmaxRule, softmaxRule } from './softmax/softmax.gradient.ts';
import { stochasticDepthGradient, stochasticDepthTrainGradient } from './stochastic_depth/stochastic_depth.gradient.ts';
import { weightedSumRule } from './weighted_sum/weighted_sum.gradient.ts';

/**
 * The gradients of a sum's inputs, as graph nodes: `dy` is the gradient of `value`, of its shape. Gives those of `wanted`, the
 * inputs' names, at least, each of its input's shape. Rules see graphs as models write them: no epilogue is fused yet.
 */
export type GradientRule = (value: Value, dy: Value, wanted: ReadonlySet<string>) => Readonly<Record<string, Value>>;

/** By the operator's name. */
export const gradients: Readonly<Record<string, GradientRule>> = {
  max_pool2d: maxPool2dRule,
  avg_pool2d: avgPool2dRule,
  adaptive_avg_pool2d: adaptiveAvgPool2dRule,
  local_response_norm: localResponseNormRule,
  layer_norm: layerNormRule,
  conv2d: conv2dGradient,
  linear: linearGradient,
  pad: padGradient,
  batch_norm: batchNormRule,
  batch_norm_train: batchNormTrainRule,
  ...activationGradients,
  prelu: preluGradientRule,
  affine: affineGradient,
  add: addGradient,
  mul: mulGradient,
  concat: concatGradient,
  slice: sliceGradientRule,
  channel_shuffle: channelShuffleGradient,
  flatten: flattenGradient,
  resize: resizeGradientRule,
  connection_table: connectionTableGradientRule,
  radial_basis: radialBasisGradientRule,
  dropout: dropoutGradient,
  dropout_train: dropoutTrainGradient,
  stochastic_depth: stochasticDepthGradient,
  stochastic_depth_train: stochasticDepthTrainGradient,
  softmax: softmaxRule,
  log_softmax: logSoftmaxRule,
  cross_entropy: crossEntropyRule,
  nll_loss: nllLossRule,
  mean_squared_error: meanSquaredErrorRule,
  bce_with_logits: bceWithLogitsRule,
  kl_distillation: klDistillationRule,
  weighted_sum: weightedSumRule,
};
