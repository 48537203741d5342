// Local response normalisation across channels, as torch defines it.

import { activation, type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import { type LocalResponseNormAttributes, localResponseNormAttributes } from './attributes.ts';
import source from './local_response_norm.wgsl';

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
