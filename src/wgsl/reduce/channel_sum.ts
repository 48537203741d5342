// The sum of each channel over all pixels of all images: a bias's gradient, for one.

import * as z from 'zod/mini';
import { activation, type Candidate, defineOp } from '../op.ts';
import { each } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import source from './channel_sum.wgsl';
import { inChunks } from './sum_chunks.ts';

// From this many pixels of an image on, an invocation a channel would leave most of the adapter idle.
const MANY_PIXELS = 16;
// What a CPU's cores share well, and what a GPU needs to have enough to do.
const CPU_CHUNKS = 32;
const GPU_CHUNKS = 256;

const plain: Candidate = {
  name: 'channel_sum',
  suits: () => 1,
  emit({ facts }, emitter) {
    const x = emitter.input('x');
    const { channels, height, width } = image(x);
    const chunks = height * width < MANY_PIXELS ? 1 : facts.fallback ? CPU_CHUNKS : GPU_CHUNKS;
    inChunks(emitter, channels, chunks, (y) => {
      const bind = { x, y };
      const step = each(
        { name: 'channel_sum', sources: [source], bind, uniforms: { chunks } },
        () => channels * chunks,
      );
      return { ...step, uniforms: (n) => ({ ...step.uniforms(n), lines: n * height }) };
    });
  },
};

/** x [n, C, H, W] or [n, C] -> [C]. */
export const channelSum = defineOp({
  name: 'channel_sum',
  attributes: z.object({}),
  inputs: ['x'],
  shape: (inputs, _, fail) => activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail).shape.slice(1, 2),
  kernels: [plain],
});
