// Local response normalisation across channels, as torch defines it.

import * as z from 'zod/mini';
import { defineKernel } from '../kernel.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { linearGrid } from '../shared/grid.ts';
import linearIndex from '../shared/linear_index.wgsl';
import { image, strideUniforms } from '../shared/strides.ts';
import source from './local_response_norm.wgsl';

const attributes = z.object({
  /** Channels that are summed over. */
  size: z.int().check(z.positive()),
  alpha: z._default(z.number().check(z.nonnegative()), 1e-4),
  beta: z._default(z.number(), 0.75),
  // Positive, so that the base of the power is.
  k: z._default(z.number().check(z.positive()), 1),
});
export type LocalResponseNormAttributes = z.infer<typeof attributes>;

const plain: Candidate<LocalResponseNormAttributes> = {
  name: 'local_response_norm',
  suits: () => 1,
  emit({ attributes: { size, alpha, beta, k } }, emitter) {
    const x = emitter.input('x');
    const { channels, height, width, written } = image(emitter.output);
    const perImage = (written / 4) * height * width;
    emitter.step({
      kernel: defineKernel('local_response_norm', [source, linearIndex]),
      bind: { x, y: emitter.output },
      uniforms: (n) => ({
        count: perImage * n,
        height,
        width,
        quads: written / 4,
        channels,
        before: Math.floor(size / 2),
        size,
        ...strideUniforms('x', x),
        ...strideUniforms('y', emitter.output),
        scale: alpha / size,
        beta,
        k,
      }),
      grid: (n) => linearGrid(perImage * n, 64),
    });
  },
};

/** x [n, C, H, W] -> its shape. */
export const localResponseNorm = defineOp({
  name: 'local_response_norm',
  attributes,
  inputs: ['x'],
  shape: (inputs, _, fail) => activation(inputs, 'x', 4, fail).shape,
  kernels: [plain],
});
