// The loss of a network that learns from another one's softened answers (Hinton, Vinyals, Dean 2015).

import * as z from 'zod/mini';
import { activation, defineOp } from '../op.ts';
import { lossKernels, reduction } from '../shared/loss.ts';
import { pairShape } from '../shared/pair_loss.ts';
import source from './kl_distillation.wgsl';
import tempered from './tempered.wgsl';

export const klDistillationAttributes = z.object({
  temperature: z._default(z.number().check(z.positive()), 1),
  /** 'mean' is over the images. */
  reduction,
});
export type KlDistillationAttributes = z.infer<typeof klDistillationAttributes>;

/** x and target, both logits [n, C] -> [1]: T^2 KL(softmax(target / T) || softmax(x / T)). */
export const klDistillation = defineOp({
  name: 'kl_distillation',
  attributes: klDistillationAttributes,
  inputs: ['x', 'target'],
  shape(inputs, _, fail) {
    activation(inputs, 'x', 2, fail);
    pairShape(inputs, fail);
    return [1];
  },
  kernels: lossKernels<KlDistillationAttributes>('kl_distillation', ({ attributes: { temperature } }, emitter) => ({
    sources: [source, tempered],
    bind: { x: emitter.input('x'), t: emitter.input('target') },
    uniforms: { temperature },
  })),
});
