// Batch normalisation with running statistics (Ioffe and Szegedy 2015), and its folding into the weights before it.

import * as z from 'zod/mini';
import { atBatch, elementCount, formatShape } from '../../runtime/graph/value.ts';
import { epilogueAttributes } from '../activation/epilogue.ts';
import { late } from '../late.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { each } from '../shared/frame.ts';
import foldText from './fold.wgsl';
import statistics from './statistics.wgsl';

const attributes = z.object({
  eps: z._default(z.number().check(z.positive()), 1e-5),
  /** While training, what a batch's statistics count in the running ones. */
  momentum: z._default(z.number().check(z.gte(0), z.lte(1)), 0.1),
  ...epilogueAttributes,
});
export type BatchNormAttributes = z.infer<typeof attributes>;

const parameters = ['weight', 'bias', 'running_mean', 'running_var'] as const;

/** x [n, C, ...], weight, bias, running_mean and running_var [C] -> x's shape. */
export const batchNorm = defineOp({
  name: 'batch_norm',
  attributes,
  inputs: ['x', ...parameters],
  epilogue: true,
  shape(inputs, _, fail) {
    const x = activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail);
    const channels = x.shape[1];
    for (const name of parameters)
      if (inputs[name]?.shape.length !== 1 || inputs[name].shape[0] !== channels)
        throw fail(`${name} must be [${channels}] and is ${formatShape(inputs[name]?.shape ?? [])}`);
    return x.shape;
  },
  // Most networks fold it into a convolution.
  kernels: [
    late(
      'batch_norm',
      () => true,
      () => import('./batch_norm_image.ts'),
    ),
  ],
});

const foldAttributes = z.object({ eps: z.number().check(z.positive()) });
type FoldAttributes = z.infer<typeof foldAttributes>;

/** w [K, ...] times gamma / sqrt(variance + eps) of its output channel; without w that alone, [K]. */
export const foldWeight = defineOp({
  name: 'fold_weight',
  attributes: foldAttributes,
  inputs: ['w?', 'weight', 'running_var'],
  shape: ({ w, weight }, _, fail) => {
    if (!weight) throw fail('input weight is missing');
    return (w ?? weight).shape;
  },
  kernels: [folding('fold_weight', 'w', false)],
});

/** beta + (bias - mean) * gamma / sqrt(variance + eps), where bias is the convolution's own, if it has one. */
export const foldBias = defineOp({
  name: 'fold_bias',
  attributes: foldAttributes,
  inputs: [...parameters, 'conv_bias?'],
  shape: ({ bias }, _, fail) => {
    if (!bias) throw fail('input bias is missing');
    return bias.shape;
  },
  kernels: [folding('fold_bias', 'conv_bias', true)],
});

// Elements of an item.
const RUN = 16;

/** One pipeline for both: where there is no mean, beta or bias of its own, another array stands in and is not looked at. */
function folding(name: string, own: string, shifted: boolean): Candidate<FoldAttributes> {
  return {
    name,
    suits: () => 1,
    emit({ attributes: { eps }, inputs, value }, emitter) {
      const count = elementCount(value.shape);
      const variance = emitter.input('running_var');
      const bind = {
        gamma: emitter.input('weight'),
        beta: shifted ? emitter.input('bias') : variance,
        mean: shifted ? emitter.input('running_mean') : variance,
        variance,
        own: inputs[own] ? emitter.input(own) : variance,
        y: emitter.output,
      };
      const filters = atBatch(value.shape[0] ?? 1, 1);
      const perFilter = count / filters;
      const runs = Math.ceil(perFilter / RUN);
      const uniforms = {
        per_filter: perFilter,
        runs,
        eps,
        has_own: inputs[own] ? 1 : 0,
        shifted: shifted ? 1 : 0,
      };
      const framed = { name: 'fold', sources: [foldText, statistics], constants: { RUN }, bind, uniforms };
      emitter.step(each(framed, () => filters * runs));
    },
  };
}
