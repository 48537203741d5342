// Local response normalisation across channels, as torch defines it.

import * as z from 'zod/mini';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import source from './local_response_norm.wgsl';

export const localResponseNormAttributes = z.object({
  /** Channels that are summed over. */
  size: z.int().check(z.positive()),
  alpha: z._default(z.number().check(z.nonnegative()), 1e-4),
  beta: z._default(z.number(), 0.75),
  // Positive, so that the base of the power is.
  k: z._default(z.number().check(z.positive()), 1),
});
export type LocalResponseNormAttributes = z.infer<typeof localResponseNormAttributes>;

const plain: Candidate<LocalResponseNormAttributes> = {
  name: 'local_response_norm',
  suits: () => 1,
  emit({ attributes: { size, alpha, beta, k } }, emitter) {
    emitter.step(
      eachQuad({
        name: 'local_response_norm',
        sources: [source],
        bind: { x: emitter.input('x'), y: emitter.output },
        uniforms: { before: Math.floor(size / 2), size, scale: alpha / size, beta, k },
      }),
    );
  },
};

/** x [n, C, H, W] -> its shape. */
export const localResponseNorm = defineOp({
  name: 'local_response_norm',
  attributes: localResponseNormAttributes,
  inputs: ['x'],
  shape: (inputs, _, fail) => activation(inputs, 'x', 4, fail).shape,
  kernels: [plain],
});
