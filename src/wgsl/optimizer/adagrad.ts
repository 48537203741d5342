// Adagrad (torch.optim.Adagrad).

import * as z from 'zod/mini';
import adagradText from './adagrad.wgsl';
import { defineUpdate, updateAttributes } from './update.ts';

/** w, g, sum, step [8] with 1 + (t - 1) decay of the rate as its first correction, control [4] -> w. */
export const adagrad = defineUpdate({
  name: 'adagrad',
  attributes: z.object({ ...updateAttributes, eps: z._default(z.number().check(z.gte(0)), 1e-10) }),
  states: ['sum'],
  kernel: ({ attributes: { eps } }) => ({ sources: [adagradText], uniforms: { eps } }),
});
