// The two ways of a kernel that makes a pixel as a whole: one invocation a pixel, or a workgroup that shares it.

import { atBatch } from '../../runtime/graph/value.ts';
import type { Call, Candidate, Emitter } from '../op.ts';
import eachText from './each.wgsl';
import eachPixelText from './each_pixel.wgsl';
import eachPixelWideText from './each_pixel_wide.wgsl';
import { type FramedImage, type FramedStep, made, step } from './frame.ts';

// From this many channels, one invocation a pixel is the slower way on a GPU.
const WIDE_CHANNELS = 128;

/** A kernel that gives `fn pixel(at: Place, first: u32)`, which writes a pixel of y: alone, or `wide` with a workgroup's others. */
export function eachPixel(framed: FramedImage, wide: boolean): FramedStep {
  const { height, width } = made(framed);
  const pixels = (n: number) => height * width * n;
  return wide ? step(framed, [eachPixelWideText], pixels, 1) : step(framed, [eachPixelText, eachText], pixels);
}

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
