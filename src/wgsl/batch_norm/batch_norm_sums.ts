// What a batch norm's gradients need of all pixels: for each channel the sums of dy and of dy times the normalised x.

import * as z from 'zod/mini';
import { defineOp } from '../op.ts';
import { channelPairs } from '../reduce/channel_pairs.ts';
import combine from '../reduce/combine_sums.wgsl';
import { image } from '../shared/image.ts';
import { normedShape } from '../shared/normed_shape.ts';
import batch from './batch.wgsl';
import source from './batch_norm_sums.wgsl';

const attributes = z.object({ eps: z.number().check(z.positive()) });

/** x and dy [n, C, ...], statistics [2, C] -> rows [2, C]: the gradients of the bias and of the weight. */
export const batchNormSums = defineOp({
  name: 'batch_norm_sums',
  attributes,
  inputs: ['x', 'dy', 'statistics'],
  shape: (inputs, _, fail) => [2, normedShape(inputs, { statistics: 2 }, fail)[1] ?? 0],
  kernels: channelPairs<z.infer<typeof attributes>>(
    'batch_norm_sums',
    ({ attributes: { eps } }, emitter) => {
      const x = emitter.input('x');
      const bind = { x, dy: emitter.input('dy'), statistics: emitter.input('statistics') };
      return { sources: [source, batch], bind, uniforms: { eps }, layout: image(x) };
    },
    { name: 'combine_sums', source: combine },
  ),
});
