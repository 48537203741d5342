// What layer norm knows of a pixel: mean and 1 / sqrt(variance + eps) of its channels, found again for the gradients.

import * as z from 'zod/mini';
import { defineOp } from '../op.ts';
import { pixelKernels } from '../shared/each_pixel.ts';
import { normedShape } from '../shared/normed_shape.ts';
import source from './layer_norm_moments.wgsl';

const attributes = z.object({ eps: z.number().check(z.positive()) });

/** x [n, C] or [n, C, H, W] -> the same with two channels. */
export const layerNormMoments = defineOp({
  name: 'layer_norm_moments',
  attributes,
  inputs: ['x'],
  exact: true,
  shape: (inputs, _, fail) => normedShape(inputs, {}, fail).with(1, 2),
  kernels: pixelKernels<z.infer<typeof attributes>>('layer_norm_moments', ({ attributes: { eps } }, emitter) => ({
    sources: [source],
    bind: { x: emitter.input('x'), y: emitter.output },
    uniforms: { eps },
  })),
});
