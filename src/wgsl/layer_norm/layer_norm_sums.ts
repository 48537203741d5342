// The gradients of layer norm's bias and weight: for each channel the sums of dy and of dy times the normalised x.

import * as z from 'zod/mini';
import { defineOp } from '../op.ts';
import { channelPairs } from '../reduce/channel_pairs.ts';
import combine from '../reduce/combine_sums.wgsl';
import { image } from '../shared/image.ts';
import { normedShape } from '../shared/normed_shape.ts';
import source from './layer_norm_sums.wgsl';

/** x and dy [n, C, ...], moments [n, 2, ...] of that x -> rows [2, C]: the gradients of the bias and of the weight. */
export const layerNormSums = defineOp({
  name: 'layer_norm_sums',
  attributes: z.object({}),
  inputs: ['x', 'dy', 'moments'],
  shape: (inputs, _, fail) => [2, normedShape(inputs, {}, fail)[1] ?? 0],
  kernels: channelPairs(
    'layer_norm_sums',
    (_, emitter) => {
      const x = emitter.input('x');
      const bind = { x, dy: emitter.input('dy'), moments: emitter.input('moments') };
      return { sources: [source], bind, layout: image(x) };
    },
    { name: 'combine_sums', source: combine },
  ),
});
