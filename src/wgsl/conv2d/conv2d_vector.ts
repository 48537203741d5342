// Convolution by 1x1 filters of few pixels, a linear layer's of one image above all, with weights where they lie: for real GPUs.

import { late } from '../late.ts';
import type { Candidate } from '../op.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import { geometry } from './geometry.ts';
import { pixelsOf, ranked, speed } from './speed.ts';

const MOST_PIXELS = 16;

export const conv2dVector: Candidate<Conv2dAttributes> = late(
  {
    name: 'conv2d_vector',
    suits(call) {
      const { groups, stride, padding } = call.attributes;
      const { kernelH, kernelW } = geometry(call);
      if (groups * kernelH * kernelW * Math.max(...stride) > 1 || Math.max(...padding) > 0) return 0;
      // All weights are read again for every four pixels.
      const pixels = pixelsOf(call);
      return pixels > MOST_PIXELS ? 0 : ranked(call, 'vector', 1 / pixels);
    },
  },
  (facts) => speed(facts, 'vector') > 1,
  () => import('./conv2d_vector_emit.ts'),
);
