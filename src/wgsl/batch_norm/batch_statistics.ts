// What batch norm learns of a batch: mean and biased variance of each channel (Ioffe and Szegedy 2015, algorithm 1).

import * as z from 'zod/mini';
import { activation, defineOp } from '../op.ts';
import { channelPairs } from '../reduce/channel_pairs.ts';
import { image } from '../shared/image.ts';
import source from './batch_statistics.wgsl';
import combine from './combine_statistics.wgsl';

/** x [n, C, ...] -> rows [2, C]: mean and biased variance. Of one pixel the variance is 0, where torch refuses to train. */
export const batchStatistics = defineOp({
  name: 'batch_statistics',
  attributes: z.object({}),
  inputs: ['x'],
  shape: (inputs, _, fail) => [2, activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail).shape[1] ?? 0],
  kernels: channelPairs(
    'batch_statistics',
    (_, emitter) => {
      const x = emitter.input('x');
      return { sources: [source], bind: { x }, layout: image(x) };
    },
    { name: 'combine_statistics', source: combine },
  ),
});
