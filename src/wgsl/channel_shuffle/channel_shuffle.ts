// Channel shuffle: lets the groups of a grouped convolution see each other's channels.

import * as z from 'zod/mini';
import { atBatch, sameShape, type Value } from '../../runtime/graph/value.ts';
import { positive } from '../../runtime/whole_number.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachChannel } from '../shared/frame.ts';
import source from './channel_shuffle.wgsl';
import { interleave } from './interleave.ts';

const attributes = z.object({ groups: positive });
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
  rewrite: inTurn,
  kernels: [plain],
});

/** Of two images that were concatenated for it, a shuffle in two groups reads them where they are. */
function inTurn({ name, shape, attributes, inputs: { x } }: Value): Value | undefined {
  const [a, b, more] = x?.operator?.name === 'concat' ? Object.values(x.inputs) : [];
  if (attributes.groups !== 2 || !a || !b || more || !sameShape(a.shape, b.shape)) return undefined;
  return interleave.of({ a, b }, { from: 0, to: atBatch(shape[1] ?? 0, 1) }, name);
}
