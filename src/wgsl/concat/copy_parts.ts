// The parts of a concatenation that are not written in place are copied, one dispatch each.

import { channelSlice, imageSize } from '../../runtime/plan/layout.ts';
import type { Call, Emitter } from '../op.ts';
import { eachChannel } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import type { ConcatAttributes } from './concat.ts';
import source from './concat.wgsl';

export const suits = () => 1;

export function emit({ inputs, attributes: { placed } }: Call<ConcatAttributes>, emitter: Emitter): void {
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
}
