// The gradient of a batch norm's input while the running statistics are taken: a scale for each channel.

import * as z from 'zod/mini';
import { type Candidate, defineOp } from '../op.ts';
import { image } from '../shared/image.ts';
import { normedShape } from '../shared/normed_shape.ts';
import { eachRun, runsAlong } from '../shared/runs.ts';
import source from './batch_norm_eval_gradient.wgsl';

const attributes = z.object({ eps: z.number().check(z.positive()) });

const plain: Candidate<z.infer<typeof attributes>> = {
  name: 'batch_norm_eval_gradient',
  suits: () => 1,
  emit({ attributes: { eps }, facts }, emitter) {
    const bind = {
      dy: emitter.input('dy'),
      dx: emitter.output,
      gamma: emitter.input('weight'),
      variance: emitter.input('running_var'),
    };
    const framed = { name: 'batch_norm_eval_gradient', sources: [source], bind, uniforms: { eps } };
    emitter.step(eachRun(framed, runsAlong(image(emitter.output), facts)));
  },
};

/** dy [n, C, ...], weight and running_var [C] -> dy's shape. */
export const batchNormEvalGradient = defineOp({
  name: 'batch_norm_eval_gradient',
  attributes,
  inputs: ['dy', 'weight', 'running_var'],
  shape: (inputs, _, fail) => normedShape(inputs, { weight: 1, running_var: 1 }, fail),
  kernels: [plain],
});
