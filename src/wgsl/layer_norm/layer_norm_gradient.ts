// The gradient of layer norm's input, pixel by pixel.

import * as z from 'zod/mini';
import { defineOp } from '../op.ts';
import { pixelKernels } from '../shared/each_pixel.ts';
import { normedShape } from '../shared/normed_shape.ts';
import source from './layer_norm_gradient.wgsl';

/** x and dy [n, C, ...], moments [n, 2, ...] of that x, weight [C] -> x's shape. */
export const layerNormGradient = defineOp({
  name: 'layer_norm_gradient',
  attributes: z.object({}),
  inputs: ['x', 'dy', 'moments', 'weight'],
  shape: (inputs, _, fail) => normedShape(inputs, { weight: 1 }, fail),
  kernels: pixelKernels('layer_norm_gradient', (_, emitter) => ({
    sources: [source],
    bind: {
      x: emitter.input('x'),
      dy: emitter.input('dy'),
      moments: emitter.input('moments'),
      gamma: emitter.input('weight'),
      y: emitter.output,
    },
  })),
});
