// The gradient of a linear layer's weights: that of a 1x1 convolution's filters, by the same kernels.

import * as z from 'zod/mini';
import { formatShape, sameShape } from '../../runtime/graph/value.ts';
import { conv2dWeightGradient } from '../conv2d/conv2d_weight_gradient.ts';
import { weightGradientMacs } from '../conv2d/weight_geometry.ts';
import { activation, type Candidate, defineOp } from '../op.ts';

type Convolution = (typeof conv2dWeightGradient.kernels)[number];

const point: Parameters<Convolution['emit']>[0]['attributes'] = {
  kernel: [1, 1],
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
};

/** x [n, I] or [n, I, H, W], dy [n, O] or [n, O, H, W] -> [O, I]. */
export const linearWeightGradient = defineOp({
  name: 'linear_weight_gradient',
  attributes: z.object({}),
  inputs: ['x', 'dy'],
  shape(inputs, _, fail) {
    const rank = inputs.x?.shape.length === 4 ? 4 : 2;
    const x = activation(inputs, 'x', rank, fail).shape;
    const dy = activation(inputs, 'dy', rank, fail).shape;
    if (!sameShape(x.toSpliced(1, 1), dy.toSpliced(1, 1)))
      throw fail(`dy must be of x's pixels, ${formatShape(x)}, and is ${formatShape(dy)}`);
    return [dy[1] ?? 1, x[1] ?? 1];
  },
  macs: weightGradientMacs,
  kernels: conv2dWeightGradient.kernels.map(ofPoints),
});

function ofPoints(kernel: Convolution): Candidate {
  const { name, needs, late } = kernel;
  return {
    name,
    suits: (call) => kernel.suits({ ...call, attributes: point }),
    ...(needs && { needs: (call) => needs({ ...call, attributes: point }) }),
    emit: (call, emitter) => kernel.emit({ ...call, attributes: point }, emitter),
    ...(late && { late }),
  };
}
