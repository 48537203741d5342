// Stochastic gradient descent (torch.optim.SGD).

import * as z from 'zod/mini';
import sgdText from './sgd.wgsl';
import momentumText from './sgd_momentum.wgsl';
import plainText from './sgd_plain.wgsl';
import { defineUpdate, updateAttributes } from './update.ts';

/** w, g, momentum_buffer where there is momentum, step [8], control [4] -> w. */
export const sgd = defineUpdate({
  name: 'sgd',
  attributes: z.object({
    ...updateAttributes,
    momentum: z._default(z.number().check(z.gte(0)), 0),
    dampening: z._default(z.number(), 0),
    nesterov: z._default(z.boolean(), false),
  }),
  states: ['momentum_buffer?'],
  check(inputs, { momentum }, fail) {
    if (momentum > 0 !== (inputs.momentum_buffer !== undefined))
      throw fail(momentum > 0 ? 'input momentum_buffer is missing' : 'there is no momentum to keep');
  },
  kernel: ({ attributes: { momentum, dampening, nesterov } }) => ({
    sources: [sgdText, momentum > 0 ? momentumText : plainText],
    uniforms: { momentum, fresh: 1 - dampening, nesterov: nesterov ? 1 : 0 },
  }),
});
