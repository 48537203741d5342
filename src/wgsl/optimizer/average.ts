// An exponential moving average of a parameter (Polyak, Juditsky 1992; as torch.optim.swa_utils has it with a decay).

import * as z from 'zod/mini';
import { defineOp } from '../op.ts';
import source from './average.wgsl';
import { numberKernel } from './numbers.ts';
import { updateShape } from './update.ts';

/** shadow and the updated w in rows of one shape, step [8], control [4] -> shadow. */
export const average = defineOp({
  name: 'average',
  attributes: z.object({}),
  inputs: ['shadow', 'w', 'step', 'control'],
  writes: ['shadow'],
  shape: (inputs, _, fail) => updateShape(inputs, ['w'], fail, 'shadow'),
  kernels: [numberKernel('average', source, ['step', 'control', 'w', 'shadow'])],
});
