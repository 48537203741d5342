// Zeros between the pixels of an image and around it: what a strided convolution's gradient is a convolution of.

import * as z from 'zod/mini';
import { imageSize } from '../../runtime/plan/layout.ts';
import { wholes } from '../attributes.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import source from './dilate.wgsl';

const attributes = z.object({
  /** From pixel to pixel, down and across. */
  stride: wholes(2, 1),
  /** Zeros around them: top, left, bottom, right. Less than none: what is cut off. */
  padding: z._default(wholes(4), [0, 0, 0, 0]),
});
export type DilateAttributes = z.infer<typeof attributes>;

const plain: Candidate<DilateAttributes> = {
  name: 'dilate',
  suits: () => 1,
  emit({ attributes: { stride, padding } }, emitter) {
    emitter.step(
      eachQuad({
        name: 'dilate',
        sources: [source],
        bind: { x: emitter.input('x'), y: emitter.output },
        uniforms: { stride_h: stride[0], stride_w: stride[1], top: padding[0], left: padding[1] },
      }),
    );
  },
};

/** x [n, C, H, W] -> [n, C, top + (H - 1) stride + 1 + bottom, left + (W - 1) stride + 1 + right]. */
export const dilate = defineOp({
  name: 'dilate',
  attributes,
  inputs: ['x'],
  shape(inputs, { stride, padding: [top, left, bottom, right] }, fail) {
    const { channels, height, width } = imageSize(activation(inputs, 'x', 4, fail).shape);
    const p = top + (height - 1) * stride[0] + 1 + bottom;
    const q = left + (width - 1) * stride[1] + 1 + right;
    if (p < 1 || q < 1)
      throw fail(`padding [${top},${left},${bottom},${right}] leaves nothing of ${height}x${width} pixels`);
    return ['n', channels, p, q];
  },
  kernels: [plain],
});
