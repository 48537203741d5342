// The frame of kernels that go along pixels: one invocation for each four channels of a run of them.

import type { AdapterFacts } from '../../runtime/plan/facts.ts';
import type { ImageLayout } from '../../runtime/plan/layout.ts';
import eachText from './each.wgsl';
import eachRunText from './each_run.wgsl';
import { type Framed, type FramedStep, step } from './frame.ts';

/** How a kernel goes along the pixels of an image. */
export interface Runs {
  readonly layout: ImageLayout;
  /** Pixels of a run, where the batch has so many. */
  length(pixels: number): number;
}

/** A kernel that gives `fn run(i: u32, first: u32, pixels: u32, c: u32)`, four channels of some pixels that follow each other. */
export function eachRun(framed: Framed, { layout: { written, height, width }, length }: Runs): FramedStep {
  const quads = written / 4;
  const pixels = (n: number) => height * width * n;
  const made = step(framed, [eachRunText, eachText], (n) => quads * Math.ceil(pixels(n) / length(pixels(n))));
  return {
    ...made,
    uniforms: (n) => ({ ...made.uniforms(n), quads, pixels: pixels(n), length: length(pixels(n)) }),
  };
}

// A GPU hides its waits behind many short runs; a CPU saves what each run begins with.
const LENGTH = { fallback: 16, gpu: 4 } as const;

/** Runs for kernels that work on each pixel by itself. */
export function runsAlong(layout: ImageLayout, { fallback }: AdapterFacts): Runs {
  const length = fallback ? LENGTH.fallback : LENGTH.gpu;
  return { layout, length: () => length };
}
