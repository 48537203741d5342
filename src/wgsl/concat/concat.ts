// Concatenation along the channels. Parts that place_concat marked are already there; the others are copied.

import * as z from 'zod/mini';
import { atBatch, formatShape } from '../../runtime/graph/value.ts';
import { channelSlice, imageSize } from '../../runtime/plan/layout.ts';
import { type Candidate, defineOp } from '../op.ts';
import { eachChannel } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import source from './concat.wgsl';

const attributes = z.object({ placed: z._default(z.nullable(z.array(z.boolean())), null) });

const plain: Candidate<z.infer<typeof attributes>> = {
  name: 'concat',
  suits: () => 1,
  emit({ inputs, attributes: { placed } }, emitter) {
    const y = image(emitter.output);
    const names = Object.keys(inputs);
    let from = 0;
    for (const [index, name] of names.entries()) {
      const first = from;
      const { channels } = imageSize(inputs[name]?.shape ?? []);
      from += channels;
      if (placed?.[index]) continue;
      // The last part also writes the zeros behind the last channel.
      const written = index === names.length - 1 ? y.written - first : channels;
      emitter.step(
        eachChannel({
          name: 'concat',
          sources: [source],
          bind: { x: emitter.input(name), y: emitter.output },
          parts: { y: { ...channelSlice(y, first, channels), written } },
        }),
      );
    }
  },
};

/** Inputs 0, 1, 2, ... of [n, C_i, H, W] (or [n, C_i]) -> [n, sum C_i, H, W]. */
export const concat = defineOp({
  name: 'concat',
  attributes,
  inputs: ['...'],
  shape(inputs, _, fail) {
    const parts = Object.values(inputs);
    const [head] = parts;
    if (head?.shape[0] !== 'n' || head.shape.length < 2) throw fail('there is no activation to concatenate');
    const others = (shape: typeof head.shape) => formatShape(shape.toSpliced(1, 1));
    for (const part of parts)
      if (others(part.shape) !== others(head.shape))
        throw fail(`parts may differ in channels only: ${formatShape(head.shape)} and ${formatShape(part.shape)}`);
    const channels = parts.reduce((sum, { shape }) => sum + atBatch(shape[1] ?? 0, 1), 0);
    return head.shape.toSpliced(1, 1, channels);
  },
  kernels: [plain],
});
