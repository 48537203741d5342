// The gradient of a batch norm's input while the statistics are the batch's own.

import * as z from 'zod/mini';
import { type Candidate, defineOp } from '../op.ts';
import { image } from '../shared/image.ts';
import { normedShape } from '../shared/normed_shape.ts';
import { eachRun, runsAlong } from '../shared/runs.ts';
import batch from './batch.wgsl';
import source from './batch_norm_gradient.wgsl';

const attributes = z.object({ eps: z.number().check(z.positive()) });

const plain: Candidate<z.infer<typeof attributes>> = {
  name: 'batch_norm_gradient',
  suits: () => 1,
  emit({ attributes: { eps }, facts }, emitter) {
    const bind = {
      x: emitter.input('x'),
      dy: emitter.input('dy'),
      dx: emitter.output,
      statistics: emitter.input('statistics'),
      sums: emitter.input('sums'),
      gamma: emitter.input('weight'),
    };
    const framed = { name: 'batch_norm_gradient', sources: [source, batch], bind, uniforms: { eps } };
    emitter.step(eachRun(framed, runsAlong(image(emitter.output), facts)));
  },
};

/** x and dy [n, C, ...], statistics and sums [2, C] (batch_norm_sums of the same x and dy), weight [C] -> x's shape. */
export const batchNormGradient = defineOp({
  name: 'batch_norm_gradient',
  attributes,
  inputs: ['x', 'dy', 'statistics', 'sums', 'weight'],
  shape: (inputs, _, fail) => normedShape(inputs, { statistics: 2, sums: 2, weight: 1 }, fail),
  kernels: [plain],
});
