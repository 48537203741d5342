// The frame of kernels that make one result of everything.

import { type Framed, type FramedStep, step } from './frame.ts';
import wholeText from './whole.wgsl';
import wholeWideText from './whole_wide.wgsl';

/** A kernel that gives `fn whole(first: u32)`, which makes one result of `count` items: alone, or `wide` with a workgroup's others. */
export function whole(framed: Framed, count: (n: number) => number, wide: boolean): FramedStep {
  return { ...step(framed, [wide ? wholeWideText : wholeText], count), grid: () => [1, 1, 1] };
}
