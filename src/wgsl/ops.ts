// The list of all operators.

import { gelu, hardsigmoid, hardswish, leakyRelu, relu, relu6, sigmoid, silu, tanh } from './activation/activation.ts';
import { activationGradient } from './activation/activation_gradient.ts';
import { prelu } from './activation/prelu.ts';
import { preluGradient } from './activation/prelu_gradient.ts';
import { elu, geluTanh, mish, softplus } from './activation/rare_activations.ts';
import { affine } from './affine/affine.ts';
import { batchNorm, foldBias, foldWeight } from './batch_norm/batch_norm.ts';
import { batchNormEvalGradient } from './batch_norm/batch_norm_eval_gradient.ts';
import { batchNormGradient } from './batch_norm/batch_norm_gradient.ts';
import { batchNormSums } from './batch_norm/batch_norm_sums.ts';
import { batchNormTrain } from './batch_norm/batch_norm_train.ts';
import { batchStatistics } from './batch_norm/batch_statistics.ts';
import { runningStatistics } from './batch_norm/running_statistics.ts';
import { bceWithLogits } from './bce_with_logits/bce_with_logits.ts';
import { bceWithLogitsGradient } from './bce_with_logits/bce_with_logits_gradient.ts';
import { channelShuffle } from './channel_shuffle/channel_shuffle.ts';
import { interleave } from './channel_shuffle/interleave.ts';
import { concat } from './concat/concat.ts';
import { connectionTable } from './connection_table/connection_table.ts';
import { connectionTableGradient } from './connection_table/connection_table_gradient.ts';
import { conv2d } from './conv2d/conv2d.ts';
import { conv2dInputGradient } from './conv2d/conv2d_input_gradient.ts';
import { conv2dWeightGradient } from './conv2d/conv2d_weight_gradient.ts';
import { dilate } from './conv2d/dilate.ts';
import { filterTranspose } from './conv2d/filter_transpose.ts';
import { crossEntropy } from './cross_entropy/cross_entropy.ts';
import { crossEntropyGradient } from './cross_entropy/cross_entropy_gradient.ts';
import { dropout } from './dropout/dropout.ts';
import { dropoutTrain } from './dropout/dropout_train.ts';
import { add, mul } from './elementwise/elementwise.ts';
import { flatten } from './flatten/flatten.ts';
import { unflatten } from './flatten/unflatten.ts';
import { klDistillation } from './kl_distillation/kl_distillation.ts';
import { klDistillationGradient } from './kl_distillation/kl_distillation_gradient.ts';
import { layerNorm } from './layer_norm/layer_norm.ts';
import { layerNormGradient } from './layer_norm/layer_norm_gradient.ts';
import { layerNormMoments } from './layer_norm/layer_norm_moments.ts';
import { layerNormSums } from './layer_norm/layer_norm_sums.ts';
import { linear } from './linear/linear.ts';
import { linearInputGradient } from './linear/linear_input_gradient.ts';
import { linearWeightGradient } from './linear/linear_weight_gradient.ts';
import { localResponseNorm } from './lrn/local_response_norm.ts';
import { localResponseNormGradient } from './lrn/local_response_norm_gradient.ts';
import { meanSquaredError } from './mean_squared_error/mean_squared_error.ts';
import { meanSquaredErrorGradient } from './mean_squared_error/mean_squared_error_gradient.ts';
import { nllLoss } from './nll_loss/nll_loss.ts';
import { nllLossGradient } from './nll_loss/nll_loss_gradient.ts';
import type { Operator } from './op.ts';
import { accumulate } from './optimizer/accumulate.ts';
import { adadelta } from './optimizer/adadelta.ts';
import { adagrad } from './optimizer/adagrad.ts';
import { adam, adamw } from './optimizer/adam.ts';
import { average } from './optimizer/average.ts';
import { control } from './optimizer/control.ts';
import { rmsprop } from './optimizer/rmsprop.ts';
import { sgd } from './optimizer/sgd.ts';
import { crop } from './pad/crop.ts';
import { pad } from './pad/pad.ts';
import { adaptiveAvgPool2d } from './pool/adaptive_avg_pool2d.ts';
import { adaptiveAvgPool2dGradient } from './pool/adaptive_avg_pool2d_gradient.ts';
import { avgPool2d } from './pool/avg_pool2d.ts';
import { avgPool2dGradient } from './pool/avg_pool2d_gradient.ts';
import { maxPool2d } from './pool/max_pool2d.ts';
import { maxPool2dGradient } from './pool/max_pool2d_gradient.ts';
import { pooledConv2d } from './pooled/pooled_conv2d.ts';
import { pooledLinear } from './pooled/pooled_linear.ts';
import { radialBasis } from './radial_basis/radial_basis.ts';
import { radialBasisGradient, radialBasisGradientCentres } from './radial_basis/radial_basis_gradient.ts';
import { addRows } from './reduce/add_rows.ts';
import { broadcastSum } from './reduce/broadcast_sum.ts';
import { channelSum } from './reduce/channel_sum.ts';
import { row, stack } from './reduce/row.ts';
import { resize } from './resize/resize.ts';
import { resizeGradient } from './resize/resize_gradient.ts';
import { separableConv2d } from './separable/separable_conv2d.ts';
import { slice } from './slice/slice.ts';
import { sliceGradient } from './slice/slice_gradient.ts';
import { logSoftmax, softmax } from './softmax/softmax.ts';
import { logSoftmaxGradient, softmaxGradient } from './softmax/softmax_gradient.ts';
import { stochasticDepth } from './stochastic_depth/stochastic_depth.ts';
import { stochasticDepthTrain } from './stochastic_depth/stochastic_depth_train.ts';
import { weightedSum } from './weighted_sum/weighted_sum.ts';

export const operators: readonly Operator[] = [
  conv2d,
  linear,
  separableConv2d,
  pooledConv2d,
  pooledLinear,
  conv2dInputGradient,
  conv2dWeightGradient,
  linearInputGradient,
  linearWeightGradient,
  filterTranspose,
  dilate,
  connectionTable,
  connectionTableGradient,
  radialBasis,
  radialBasisGradient,
  radialBasisGradientCentres,
  maxPool2d,
  avgPool2d,
  adaptiveAvgPool2d,
  maxPool2dGradient,
  avgPool2dGradient,
  adaptiveAvgPool2dGradient,
  localResponseNorm,
  localResponseNormGradient,
  batchNorm,
  batchStatistics,
  batchNormTrain,
  runningStatistics,
  batchNormSums,
  batchNormGradient,
  batchNormEvalGradient,
  row,
  stack,
  layerNorm,
  layerNormMoments,
  layerNormGradient,
  layerNormSums,
  foldWeight,
  foldBias,
  relu,
  relu6,
  sigmoid,
  tanh,
  silu,
  gelu,
  hardswish,
  hardsigmoid,
  leakyRelu,
  elu,
  softplus,
  mish,
  geluTanh,
  prelu,
  activationGradient,
  preluGradient,
  affine,
  add,
  mul,
  concat,
  slice,
  sliceGradient,
  channelShuffle,
  interleave,
  flatten,
  unflatten,
  dropout,
  dropoutTrain,
  stochasticDepth,
  stochasticDepthTrain,
  softmax,
  logSoftmax,
  pad,
  crop,
  channelSum,
  broadcastSum,
  addRows,
  resize,
  resizeGradient,
  softmaxGradient,
  logSoftmaxGradient,
  crossEntropy,
  crossEntropyGradient,
  nllLoss,
  nllLossGradient,
  meanSquaredError,
  meanSquaredErrorGradient,
  bceWithLogits,
  bceWithLogitsGradient,
  klDistillation,
  klDistillationGradient,
  weightedSum,
  control,
  accumulate,
  average,
  sgd,
  adam,
  adamw,
  rmsprop,
  adagrad,
  adadelta,
];
