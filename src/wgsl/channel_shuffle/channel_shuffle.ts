// Channel shuffle: lets the groups of a grouped convolution see each other's channels.

import * as z from 'zod/mini';
import { atBatch } from '../../runtime/graph/value.ts';
import { defineKernel } from '../kernel.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { linearGrid } from '../shared/grid.ts';
import linearIndex from '../shared/linear_index.wgsl';
import { image, strideUniforms } from '../shared/strides.ts';
import source from './channel_shuffle.wgsl';

const attributes = z.object({ groups: z.int().check(z.positive()) });
type ChannelShuffleAttributes = z.infer<typeof attributes>;

const plain: Candidate<ChannelShuffleAttributes> = {
  name: 'channel_shuffle',
  suits: () => 1,
  emit({ attributes: { groups } }, emitter) {
    const x = emitter.input('x');
    const { channels, height, width, written } = image(emitter.output);
    const perImage = written * height * width;
    emitter.step({
      kernel: defineKernel('channel_shuffle', [source, linearIndex]),
      bind: { x, y: emitter.output },
      uniforms: (n) => ({
        count: perImage * n,
        height,
        width,
        channels,
        written,
        groups,
        ...strideUniforms('x', x),
        ...strideUniforms('y', emitter.output),
      }),
      grid: (n) => linearGrid(perImage * n, 64),
    });
  },
};

/** x [n, C, H, W] -> its shape; channel i * (C / groups) + j becomes channel j * groups + i. */
export const channelShuffle = defineOp({
  name: 'channel_shuffle',
  attributes,
  inputs: ['x'],
  shape(inputs, { groups }, fail) {
    const { shape } = activation(inputs, 'x', 4, fail);
    const channels = atBatch(shape[1] ?? 0, 1);
    if (channels % groups !== 0) throw fail(`${channels} channels do not divide into ${groups} groups`);
    return shape;
  },
  kernels: [plain],
});
