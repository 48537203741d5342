// Adds up the gradients of several batches for one update.

import * as z from 'zod/mini';
import { defineOp } from '../op.ts';
import source from './accumulate.wgsl';
import { numberKernel } from './numbers.ts';
import { updateShape } from './update.ts';

/** sum and gradient g in rows of one shape, step [8] -> sum. */
export const accumulate = defineOp({
  name: 'accumulate',
  attributes: z.object({}),
  inputs: ['sum', 'g', 'step'],
  writes: ['sum'],
  shape: (inputs, _, fail) => updateShape(inputs, ['g'], fail, 'sum'),
  kernels: [numberKernel('accumulate', source, ['step', 'g', 'sum'])],
});
