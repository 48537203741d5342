// The gradient of average pooling to a given size.

import * as z from 'zod/mini';
import { activation, type Candidate, defineOp } from '../op.ts';
import { image } from '../shared/image.ts';
import { eachRun, runsAlong } from '../shared/runs.ts';
import source from './adaptive_avg_pool2d_gradient.wgsl';
import window from './adaptive_window.wgsl';
import { inputSizeAttribute } from './window.ts';

const attributes = z.object({ inputSize: inputSizeAttribute });
export type AdaptiveAvgPool2dGradientAttributes = z.infer<typeof attributes>;

const plain: Candidate<AdaptiveAvgPool2dGradientAttributes> = {
  name: 'adaptive_avg_pool2d_gradient',
  suits: () => 1,
  emit({ facts }, emitter) {
    const bind = { dy: emitter.input('dy'), dx: emitter.output };
    const framed = { name: 'adaptive_avg_pool2d_gradient', sources: [source, window], bind };
    emitter.step(eachRun(framed, runsAlong(image(emitter.output), facts)));
  },
};

/** dy [n, C, P, Q] -> [n, C, H, W], the size of what was pooled. */
export const adaptiveAvgPool2dGradient = defineOp({
  name: 'adaptive_avg_pool2d_gradient',
  attributes,
  inputs: ['dy'],
  shape: (inputs, { inputSize }, fail) => ['n', activation(inputs, 'dy', 4, fail).shape[1] ?? 0, ...inputSize],
  kernels: [plain],
});
