// An exponential moving average of a parameter (Polyak, Juditsky 1992; as torch.optim.swa_utils has it with a decay).

import * as z from 'zod/mini';
import { defineOp } from '../op.ts';
import { each } from '../shared/frame.ts';
import source from './average.wgsl';
import { bound, quads, updateShape } from './update.ts';

/** shadow and the updated w in rows of one shape, step [8], control [4] -> shadow. */
export const average = defineOp({
  name: 'average',
  attributes: z.object({}),
  inputs: ['shadow', 'w', 'step', 'control'],
  writes: ['shadow'],
  shape: (inputs, _, fail) => updateShape(inputs, ['w'], fail, 'shadow'),
  kernels: [
    {
      name: 'average',
      suits: () => 1,
      emit({ inputs, value }, emitter) {
        const bind = bound(inputs, ['step', 'control', 'w', 'shadow'], emitter);
        emitter.step(each({ name: 'average', sources: [source], bind }, () => quads(value.shape)));
      },
    },
  ],
});
