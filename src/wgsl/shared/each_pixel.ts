// The two ways of a kernel that makes a pixel as a whole: one invocation a pixel, or a workgroup that shares it.

import { atBatch } from '../../runtime/graph/value.ts';
import type { Call, Candidate, Emitter } from '../op.ts';
import { eachPixel, type FramedImage } from './frame.ts';

// From this many channels, one invocation a pixel is the slower way on a GPU.
const WIDE_CHANNELS = 128;

/** Candidates `name` and `name_wide` of a kernel that gives `fn pixel(at: Place, first: u32)`. */
export function pixelKernels<A>(
  name: string,
  framed: (call: Call<A>, emitter: Emitter) => Omit<FramedImage, 'name'>,
): readonly Candidate<A>[] {
  const wide = `${name}_wide`;
  return [
    {
      name,
      suits: () => 1,
      emit: (call, emitter) => emitter.step(eachPixel({ name, ...framed(call, emitter) }, false)),
    },
    {
      name: wide,
      suits: ({ value, inputs, facts }) =>
        !facts.fallback && atBatch((inputs.x ?? value).shape[1] ?? 1, 1) >= WIDE_CHANNELS ? 2 : 0.5,
      emit: (call, emitter) => emitter.step(eachPixel({ name: wide, ...framed(call, emitter) }, true)),
    },
  ];
}
