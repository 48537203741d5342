// A fully connected layer: y = x w^T + bias, at each pixel. It is a 1x1 convolution, and the same kernels serve it.

import * as z from 'zod/mini';
import { atBatch, formatShape } from '../../runtime/graph/value.ts';
import { type Epilogue, epilogueAttributes } from '../activation/epilogue.ts';
import { type Conv2dAttributes, conv2d, conv2dMacs } from '../conv2d/conv2d.ts';
import { activation, type Call, type Candidate, defineOp } from '../op.ts';

/** x [n, I] or [n, I, H, W], w [O, I], bias [O] -> [n, O] or [n, O, H, W]: over the channels, which torch puts last for it. */
export const linear = defineOp({
  name: 'linear',
  attributes: z.object(epilogueAttributes),
  inputs: ['x', 'w', 'bias?', 'residual?'],
  epilogue: true,
  shape(inputs, _, fail) {
    const x = activation(inputs, 'x', inputs.x?.shape.length === 4 ? 4 : 2, fail);
    const weight = inputs.w?.shape.map((dim) => atBatch(dim, 1)) ?? [];
    const [out = 0, features = 0] = weight;
    if (weight.length !== 2) throw fail(`weight must be [O,I] and is ${formatShape(weight)}`);
    if (features !== x.shape[1])
      throw fail(`weight expects ${features} input features, input has ${x.shape[1]} (${formatShape(x.shape)})`);
    if (inputs.bias && (inputs.bias.shape.length !== 1 || inputs.bias.shape[0] !== out))
      throw fail(`bias must be [${out}] and is ${formatShape(inputs.bias.shape)}`);
    const shape = x.shape.with(1, out);
    if (inputs.residual && formatShape(inputs.residual.shape) !== formatShape(shape))
      throw fail(`residual must be ${formatShape(shape)} and is ${formatShape(inputs.residual.shape)}`);
    return shape;
  },
  macs: conv2dMacs,
  kernels: conv2d.kernels.map(ofPixels),
});

/** A convolution's kernel, called for one pixel at a time. */
function ofPixels(kernel: Candidate<Conv2dAttributes>): Candidate<Epilogue> {
  const convolution = (call: Call<Epilogue>): Call<Conv2dAttributes> => ({
    ...call,
    attributes: { ...call.attributes, stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
  });
  const { needs, growth, extraBytes, late } = kernel;
  return {
    name: kernel.name,
    suits: (call) => kernel.suits(convolution(call)),
    ...(needs && { needs: (call: Call<Epilogue>) => needs(convolution(call)) }),
    ...(growth && { growth }),
    ...(extraBytes && { extraBytes: (call: Call<Epilogue>) => extraBytes(convolution(call)) }),
    emit: (call, emitter) => kernel.emit(convolution(call), emitter),
    ...(late && { late }),
  };
}
