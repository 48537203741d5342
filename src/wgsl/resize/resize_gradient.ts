// What resizing passes back: each pixel gathers from those that it went into.

import * as z from 'zod/mini';
import { imageSize } from '../../runtime/plan/layout.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import { resizeAttributes, resizeUniforms } from './resize.ts';
import source from './resize_gradient.wgsl';
import weight from './resize_weight.wgsl';

/** Those of the resizing, but `size` is that of the image before. */
const attributes = z.object(resizeAttributes);
export type ResizeGradientAttributes = z.infer<typeof attributes>;

const plain: Candidate<ResizeGradientAttributes> = {
  name: 'resize_gradient',
  suits: () => 1,
  emit({ attributes: of }, emitter) {
    const dy = emitter.input('dy');
    const uniforms = resizeUniforms(of, image(emitter.output), image(dy));
    emitter.step(
      eachQuad({ name: 'resize_gradient', sources: [source, weight], bind: { dy, y: emitter.output }, uniforms }),
    );
  },
};

/** dy [n, C, P, Q] -> dx [n, C, ...size]. */
export const resizeGradient = defineOp({
  name: 'resize_gradient',
  attributes,
  inputs: ['dy'],
  shape: (inputs, { size }, fail) => ['n', imageSize(activation(inputs, 'dy', 4, fail).shape).channels, ...size],
  kernels: [plain],
});
