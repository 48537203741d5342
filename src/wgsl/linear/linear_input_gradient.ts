// The gradient of a linear layer's input, dy w at each pixel: that of a 1x1 convolution's input, by the same kernels.

import * as z from 'zod/mini';
import { formatShape } from '../../runtime/graph/value.ts';
import { epilogueAttributes } from '../activation/epilogue.ts';
import { conv2dMacs } from '../conv2d/conv2d.ts';
import { conv2dInputGradient } from '../conv2d/conv2d_input_gradient.ts';
import { activation, type Call, type Candidate, defineOp } from '../op.ts';

const attributes = z.object(epilogueAttributes);
type LinearAttributes = z.infer<typeof attributes>;
type Convolution = (typeof conv2dInputGradient.kernels)[number];

/** dy [n, O] or [n, O, H, W], w [O, I], residual -> [n, I] or [n, I, H, W]. */
export const linearInputGradient = defineOp({
  name: 'linear_input_gradient',
  attributes,
  inputs: ['dy', 'w', 'residual?'],
  epilogue: true,
  shape(inputs, _, fail) {
    const dy = activation(inputs, 'dy', inputs.dy?.shape.length === 4 ? 4 : 2, fail);
    const [out, features = 0] = inputs.w?.shape ?? [];
    if (inputs.w?.shape.length !== 2 || out !== dy.shape[1])
      throw fail(`weight must be [${dy.shape[1]},I] and is ${formatShape(inputs.w?.shape ?? [])}`);
    return dy.shape.with(1, features);
  },
  macs: conv2dMacs,
  kernels: conv2dInputGradient.kernels.map(ofPoints),
});

function ofPoints(kernel: Convolution): Candidate<LinearAttributes> {
  const convolution = (call: Call<LinearAttributes>): Parameters<Convolution['emit']>[0] => {
    const { w, ...rest } = call.inputs;
    return {
      ...call,
      inputs: { ...rest, ...(w && { w: { ...w, shape: [...w.shape, 1, 1] } }) },
      attributes: { ...call.attributes, stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
    };
  };
  const { name, needs, late } = kernel;
  return {
    name,
    suits: (call) => kernel.suits(convolution(call)),
    ...(needs && { needs: (call: Call<LinearAttributes>) => needs(convolution(call)) }),
    emit: (call, emitter) => kernel.emit(convolution(call), emitter),
    ...(late && { late }),
  };
}
