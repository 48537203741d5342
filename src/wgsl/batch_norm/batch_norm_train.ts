// Batch normalisation with the statistics of the batch (Ioffe and Szegedy 2015): what a batch norm does while it learns.

import * as z from 'zod/mini';
import { epilogueAttributes } from '../activation/epilogue.ts';
import { type Candidate, defineOp } from '../op.ts';
import { epilogueOf } from '../shared/epilogue.ts';
import { image } from '../shared/image.ts';
import { normedShape } from '../shared/normed_shape.ts';
import { eachRun, runsAlong } from '../shared/runs.ts';
import batch from './batch.wgsl';
import source from './batch_norm_train.wgsl';

const attributes = z.object({ eps: z._default(z.number().check(z.positive()), 1e-5), ...epilogueAttributes });
type BatchNormTrainAttributes = z.infer<typeof attributes>;

const plain: Candidate<BatchNormTrainAttributes> = {
  name: 'batch_norm_train',
  suits: () => 1,
  emit(call, emitter) {
    const epilogue = epilogueOf(call, emitter);
    const bind = {
      x: emitter.input('x'),
      y: emitter.output,
      statistics: emitter.input('statistics'),
      gamma: emitter.input('weight'),
      ...epilogue.bind,
    };
    const uniforms = { ...epilogue.uniforms, eps: call.attributes.eps };
    const sources = [source, batch, ...epilogue.sources];
    emitter.step(
      eachRun({ name: 'batch_norm_train', sources, bind, uniforms }, runsAlong(image(emitter.output), call.facts)),
    );
  },
};

/** x [n, C, ...], statistics [2, C] of that x, weight and bias [C] -> x's shape. */
export const batchNormTrain = defineOp({
  name: 'batch_norm_train',
  attributes,
  inputs: ['x', 'statistics', 'weight', 'bias', 'residual?'],
  epilogue: true,
  shape: (inputs, _, fail) => normedShape(inputs, { statistics: 2, weight: 1, bias: 1 }, fail),
  kernels: [plain],
});
