// Batch norm's gradients (Ioffe and Szegedy 2015, section 3): through the batch's statistics, or with running ones as constants.

import type { Value } from '../../runtime/graph/value.ts';
import type { GradientRule } from '../gradients.ts';
import { row, stack } from '../reduce/row.ts';
import { batchNormEvalGradient } from './batch_norm_eval_gradient.ts';
import { batchNormGradient } from './batch_norm_gradient.ts';
import { batchNormSums } from './batch_norm_sums.ts';

const own = (sums: Value, name: string) => ({
  weight: row.of({ x: sums }, { row: 1 }, name),
  bias: row.of({ x: sums }, { row: 0 }, name),
});

/** The statistics are those of x, so that x's gradient holds all that goes through them, and they get none of their own. */
export const batchNormTrainRule: GradientRule = ({ name, inputs, attributes }, dy) => {
  const { x, statistics, weight } = inputs;
  const eps = Number(attributes.eps);
  const sums = batchNormSums.of({ x, dy, statistics }, { eps }, name);
  return { x: batchNormGradient.of({ x, dy, statistics, sums, weight }, { eps }, name), ...own(sums, name) };
};

/** y = (x - mean) s weight + bias, s = 1 / sqrt(variance + eps): x's gradient is dy s weight. */
export const batchNormRule: GradientRule = ({ name, inputs, attributes }, dy) => {
  const { x, weight, running_mean, running_var } = inputs;
  const eps = Number(attributes.eps);
  const statistics = stack.of({ a: running_mean, b: running_var }, {}, name);
  const sums = batchNormSums.of({ x, dy, statistics }, { eps }, name);
  return { x: batchNormEvalGradient.of({ dy, weight, running_var }, { eps }, name), ...own(sums, name) };
};
