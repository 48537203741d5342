// Global average pooling and the linear layer behind it, at once. Only the compiler makes it, and only where its one kernel serves.

import * as z from 'zod/mini';
import { formatShape } from '../../runtime/graph/value.ts';
import { epilogueAttributes } from '../activation/epilogue.ts';
import { conv2dMacs } from '../conv2d/conv2d.ts';
import { activation, defineOp } from '../op.ts';
import { pooledLinearKernel } from './pooled_linear_kernel.ts';

/** x [n, C, H, W], w [K, C], bias [K], residual [n, K] -> [n, K]. */
export const pooledLinear = defineOp({
  name: 'pooled_linear',
  attributes: z.object(epilogueAttributes),
  inputs: ['x', 'w', 'bias?', 'residual?'],
  shape({ w, ...inputs }, _, fail) {
    const [, channels] = activation(inputs, 'x', 4, fail).shape;
    const [filters = 0, perFilter] = w?.shape ?? [];
    if (perFilter !== channels) throw fail(`w must be [K,${channels}] and is ${formatShape(w?.shape ?? [])}`);
    return ['n', filters];
  },
  macs: conv2dMacs,
  kernels: [pooledLinearKernel],
});
