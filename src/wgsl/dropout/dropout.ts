// Dropout. At inference it is the identity, and remove_dead takes it out of the graph.

import * as z from 'zod/mini';
import { defineOp } from '../op.ts';

export const dropout = defineOp({
  name: 'dropout',
  attributes: z.object({ p: z._default(z.number().check(z.gte(0), z.lt(1)), 0.5) }),
  inputs: ['x'],
  shape: ({ x }, _, fail) => {
    if (!x) throw fail('input x is missing');
    return x.shape;
  },
  view: (_, input) => input,
  kernels: [{ name: 'identity', suits: () => 1, emit: () => {} }],
});
