// Adadelta (torch.optim.Adadelta).

import * as z from 'zod/mini';
import adadeltaText from './adadelta.wgsl';
import { defineUpdate, updateAttributes } from './update.ts';

/** w, g, square_avg, acc_delta, step [8], control [4] -> w. */
export const adadelta = defineUpdate({
  name: 'adadelta',
  attributes: z.object({
    ...updateAttributes,
    rho: z._default(z.number().check(z.gte(0), z.lte(1)), 0.9),
    eps: z._default(z.number().check(z.gte(0)), 1e-6),
  }),
  states: ['square_avg', 'acc_delta'],
  kernel: ({ attributes: { rho, eps } }) => ({ sources: [adadeltaText], uniforms: { rho, fresh: 1 - rho, eps } }),
});
