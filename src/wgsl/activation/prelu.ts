// PReLU: a learned slope below zero, one for each channel or one for all (He et al. 2015, arXiv:1502.01852, section 2.1).

import * as z from 'zod/mini';
import type { GraphError } from '../../runtime/errors.ts';
import { formatShape, type Shape } from '../../runtime/graph/value.ts';
import { activation, defineOp, type Inputs } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import source from './prelu.wgsl';

/** The shape of x; throws unless the weight is [C] or [1]. */
export function checkPrelu(inputs: Inputs, fail: (what: string) => GraphError): Shape {
  const { shape } = activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail);
  const weight = inputs.weight?.shape ?? [];
  if (weight.length !== 1 || (weight[0] !== 1 && weight[0] !== shape[1]))
    throw fail(`weight must be [1] or [${shape[1]}] and is ${formatShape(weight)}`);
  return shape;
}

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
