// RMSprop (torch.optim.RMSprop).

import * as z from 'zod/mini';
import rmspropText from './rmsprop.wgsl';
import centeredText from './rmsprop_centered.wgsl';
import momentumText from './rmsprop_momentum.wgsl';
import plainText from './rmsprop_plain.wgsl';
import uncenteredText from './rmsprop_uncentered.wgsl';
import { defineUpdate, updateAttributes } from './update.ts';

/** w, g, square_avg, grad_avg where centred, momentum_buffer where there is momentum, step [8], control [4] -> w. */
export const rmsprop = defineUpdate({
  name: 'rmsprop',
  attributes: z.object({
    ...updateAttributes,
    alpha: z._default(z.number().check(z.gte(0), z.lte(1)), 0.99),
    eps: z._default(z.number().check(z.gte(0)), 1e-8),
    momentum: z._default(z.number().check(z.gte(0)), 0),
  }),
  states: ['square_avg', 'grad_avg?', 'momentum_buffer?'],
  check(inputs, { momentum }, fail) {
    if (momentum > 0 !== (inputs.momentum_buffer !== undefined))
      throw fail(momentum > 0 ? 'input momentum_buffer is missing' : 'there is no momentum to keep');
  },
  kernel: ({ inputs, attributes: { alpha, eps, momentum } }) => ({
    sources: [
      rmspropText,
      inputs.grad_avg ? centeredText : uncenteredText,
      inputs.momentum_buffer ? momentumText : plainText,
    ],
    uniforms: { alpha, fresh: 1 - alpha, eps, momentum },
  }),
});
