// The frame of kernels that make an item of many parts: one invocation for each item, or a workgroup.

import eachText from './each.wgsl';
import eachSumText from './each_sum.wgsl';
import eachSumWideText from './each_sum_wide.wgsl';
import { type Framed, type FramedStep, step } from './frame.ts';

/** A kernel that gives `fn gather(i: u32, first: u32)`, for `count` items: alone, or `wide` with a workgroup's others. */
export function eachSum(framed: Framed, count: (n: number) => number, wide: boolean): FramedStep {
  return wide ? step(framed, [eachSumWideText], count, 1) : step(framed, [eachSumText, eachText], count);
}
