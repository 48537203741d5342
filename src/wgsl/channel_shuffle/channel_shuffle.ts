// Channel shuffle: lets the groups of a grouped convolution see each other's channels.

import * as z from 'zod/mini';
import { atBatch } from '../../runtime/graph/value.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachChannel } from '../shared/frame.ts';
import source from './channel_shuffle.wgsl';

const attributes = z.object({ groups: z.int().check(z.positive()) });
type ChannelShuffleAttributes = z.infer<typeof attributes>;

const plain: Candidate<ChannelShuffleAttributes> = {
  name: 'channel_shuffle',
  suits: () => 1,
  emit({ attributes: { groups } }, emitter) {
    emitter.step(
      eachChannel({
        name: 'channel_shuffle',
        sources: [source],
        bind: { x: emitter.input('x'), y: emitter.output },
        uniforms: { groups },
      }),
    );
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
