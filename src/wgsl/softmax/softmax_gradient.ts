// The gradients of softmax and its logarithm over the channels.

import * as z from 'zod/mini';
import { formatShape, sameShape } from '../../runtime/graph/value.ts';
import { activation, defineOp } from '../op.ts';
import { pixelKernels } from '../shared/each_pixel.ts';
import slopeExp from './slope_exp.wgsl';
import slopeLog from './slope_log.wgsl';
import source from './softmax_gradient.wgsl';

function define(name: string, slope: string) {
  return defineOp({
    name,
    attributes: z.object({}),
    inputs: ['y', 'dy'],
    shape(inputs, _, fail) {
      const { shape } = activation(inputs, 'y', inputs.y?.shape.length === 2 ? 2 : 4, fail);
      const other = inputs.dy?.shape ?? [];
      if (!sameShape(shape, other)) throw fail(`dy must be ${formatShape(shape)} and is ${formatShape(other)}`);
      return shape;
    },
    kernels: pixelKernels(name, (_, emitter) => ({
      sources: [source, slope],
      bind: { p: emitter.input('y'), dy: emitter.input('dy'), y: emitter.output },
    })),
  });
}

/** The operator's result y and its gradient dy, [n, C] or [n, C, H, W] -> their shape. */
export const softmaxGradient = define('softmax_gradient', slopeExp);
export const logSoftmaxGradient = define('log_softmax_gradient', slopeLog);
