// How long the runs of each_run.wgsl are where each pixel is worked on by itself.

import type { AdapterFacts } from '../../runtime/plan/facts.ts';
import type { ImageLayout } from '../../runtime/plan/layout.ts';
import type { Runs } from './frame.ts';

// A GPU hides its waits behind many short runs; a CPU saves what each run begins with.
const LENGTH = { fallback: 16, gpu: 4 } as const;

export function runsAlong(layout: ImageLayout, { fallback }: AdapterFacts): Runs {
  const length = fallback ? LENGTH.fallback : LENGTH.gpu;
  return { layout, length: () => length };
}
