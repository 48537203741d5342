// The list of all operators.

import { gelu, hardsigmoid, hardswish, leakyRelu, relu, relu6, sigmoid, silu, tanh } from './activation/activation.ts';
import { affine } from './affine/affine.ts';
import { batchNorm, foldBias, foldWeight } from './batch_norm/batch_norm.ts';
import { channelShuffle } from './channel_shuffle/channel_shuffle.ts';
import { interleave } from './channel_shuffle/interleave.ts';
import { concat } from './concat/concat.ts';
import { connectionTable } from './connection_table/connection_table.ts';
import { conv2d } from './conv2d/conv2d.ts';
import { dropout } from './dropout/dropout.ts';
import { dropoutTrain } from './dropout/dropout_train.ts';
import { add, mul } from './elementwise/elementwise.ts';
import { flatten } from './flatten/flatten.ts';
import { layerNorm } from './layer_norm/layer_norm.ts';
import { linear } from './linear/linear.ts';
import { localResponseNorm } from './lrn/local_response_norm.ts';
import type { Operator } from './op.ts';
import { pad } from './pad/pad.ts';
import { adaptiveAvgPool2d } from './pool/adaptive_avg_pool2d.ts';
import { avgPool2d } from './pool/avg_pool2d.ts';
import { maxPool2d } from './pool/max_pool2d.ts';
import { radialBasis } from './radial_basis/radial_basis.ts';
import { channelSum } from './reduce/channel_sum.ts';
import { resize } from './resize/resize.ts';
import { slice } from './slice/slice.ts';
import { logSoftmax, softmax } from './softmax/softmax.ts';
import { stochasticDepth } from './stochastic_depth/stochastic_depth.ts';
import { stochasticDepthTrain } from './stochastic_depth/stochastic_depth_train.ts';

export const operators: readonly Operator[] = [
  conv2d,
  linear,
  connectionTable,
  radialBasis,
  maxPool2d,
  avgPool2d,
  adaptiveAvgPool2d,
  localResponseNorm,
  batchNorm,
  layerNorm,
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
  affine,
  add,
  mul,
  concat,
  slice,
  channelShuffle,
  interleave,
  flatten,
  dropout,
  dropoutTrain,
  stochasticDepth,
  stochasticDepthTrain,
  softmax,
  logSoftmax,
  pad,
  channelSum,
  resize,
];
