// Stochastic depth (Huang et al. 2016, arXiv:1603.09382), torchvision's mode 'row': while training, each image of the batch loses
// all of x with probability p, and what is kept grows by 1 / (1 - p). At inference remove_dead takes it out of the graph.

import * as z from 'zod/mini';
import { activation, defineOp } from '../op.ts';

/** x [n, C, H, W] -> its shape. */
export const stochasticDepth = defineOp({
  name: 'stochastic_depth',
  attributes: z.object({ p: z.number().check(z.gte(0), z.lt(1)) }),
  inputs: ['x'],
  shape: (inputs, _, fail) => activation(inputs, 'x', 4, fail).shape,
  view: (_, input) => input,
  kernels: [{ name: 'identity', suits: () => 1, emit: () => {} }],
});
