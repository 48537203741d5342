// Adds up the gradients of several batches for one update.

import * as z from 'zod/mini';
import { defineOp } from '../op.ts';
import { each } from '../shared/frame.ts';
import source from './accumulate.wgsl';
import { bound, quads, updateShape } from './update.ts';

/** sum and gradient g in rows of one shape, step [8] -> sum. */
export const accumulate = defineOp({
  name: 'accumulate',
  attributes: z.object({}),
  inputs: ['sum', 'g', 'step'],
  writes: ['sum'],
  shape: (inputs, _, fail) => updateShape(inputs, ['g'], fail, 'sum'),
  kernels: [
    {
      name: 'accumulate',
      suits: () => 1,
      emit({ inputs, value }, emitter) {
        const bind = bound(inputs, ['step', 'g', 'sum'], emitter);
        emitter.step(each({ name: 'accumulate', sources: [source], bind }, () => quads(value.shape)));
      },
    },
  ],
});
