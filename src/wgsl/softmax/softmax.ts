// Softmax and its logarithm over the channels.

import * as z from 'zod/mini';
import { activation, defineOp } from '../op.ts';
import { pixelKernels } from '../shared/each_pixel.ts';
import exp from './share_exp.wgsl';
import log from './share_log.wgsl';
import source from './softmax.wgsl';

function define(name: string, share: string) {
  return defineOp({
    name,
    attributes: z.object({}),
    inputs: ['x'],
    shape: (inputs, _, fail) => activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail).shape,
    kernels: pixelKernels('softmax', (_, emitter) => ({
      sources: [source, share],
      bind: { x: emitter.input('x'), y: emitter.output },
    })),
  });
}

/** x [n, C] or [n, C, H, W] -> its shape, over dimension 1. */
export const softmax = define('softmax', exp);
export const logSoftmax = define('log_softmax', log);
