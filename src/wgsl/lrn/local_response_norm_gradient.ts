// The gradient of local response normalisation: each channel moves all whose window it lies in.

import { type Candidate, defineOp } from '../op.ts';
import { image } from '../shared/image.ts';
import { normedShape } from '../shared/normed_shape.ts';
import { eachRun, runsAlong } from '../shared/runs.ts';
import { type LocalResponseNormAttributes, localResponseNormAttributes } from './attributes.ts';
import source from './local_response_norm_gradient.wgsl';

const plain: Candidate<LocalResponseNormAttributes> = {
  name: 'local_response_norm_gradient',
  suits: () => 1,
  emit({ attributes: { size, alpha, beta, k }, facts }, emitter) {
    const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
    const scale = alpha / size;
    const framed = {
      name: 'local_response_norm_gradient',
      sources: [source],
      bind: { x: emitter.input('x'), dy: emitter.input('dy'), dx: emitter.output },
      uniforms: { before, after, scale, beta, k, factor: 2 * scale * beta },
    };
    emitter.step(eachRun(framed, runsAlong(image(emitter.output), facts)));
  },
};

/** x and dy [n, C, H, W] -> their shape. */
export const localResponseNormGradient = defineOp({
  name: 'local_response_norm_gradient',
  attributes: localResponseNormAttributes,
  inputs: ['x', 'dy'],
  shape: (inputs, _, fail) => normedShape(inputs, {}, fail),
  kernels: [plain],
});
