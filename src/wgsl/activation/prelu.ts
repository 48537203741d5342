// PReLU: a learned slope below zero, one for each channel or one for all (He et al. 2015, arXiv:1502.01852, section 2.1).

import * as z from 'zod/mini';
import { defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import { checkPrelu } from './check_prelu.ts';
import source from './prelu.wgsl';

/** x [n, C, H, W] or [n, C], weight [C] or [1] -> x's shape. */
export const prelu = defineOp({
  name: 'prelu',
  attributes: z.object({}),
  inputs: ['x', 'weight'],
  shape: (inputs, _, fail) => checkPrelu(inputs, fail),
  kernels: [
    {
      name: 'prelu',
      suits: () => 1,
      emit({ inputs }, emitter) {
        const bind = { x: emitter.input('x'), weight: emitter.input('weight'), y: emitter.output };
        const uniforms = { slopes: Number(inputs.weight?.shape[0]) };
        emitter.step(eachQuad({ name: 'prelu', sources: [source], bind, uniforms }));
      },
    },
  ],
});
