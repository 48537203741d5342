// An image without its border.

import * as z from 'zod/mini';
import { imageSize } from '../../runtime/plan/layout.ts';
import { wholes } from '../attributes.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import source from './crop.wgsl';

const attributes = z.object({
  /** What is cut off: top, left, bottom, right. */
  padding: wholes(4, 0),
});
export type CropAttributes = z.infer<typeof attributes>;

const plain: Candidate<CropAttributes> = {
  name: 'crop',
  suits: () => 1,
  emit({ attributes: { padding } }, emitter) {
    emitter.step(
      eachQuad({
        name: 'crop',
        sources: [source],
        bind: { x: emitter.input('x'), y: emitter.output },
        uniforms: { top: padding[0], left: padding[1] },
      }),
    );
  },
};

/** x [n, C, H, W] -> [n, C, H - top - bottom, W - left - right]. */
export const crop = defineOp({
  name: 'crop',
  attributes,
  inputs: ['x'],
  shape(inputs, { padding: [top, left, bottom, right] }, fail) {
    const { channels, height, width } = imageSize(activation(inputs, 'x', 4, fail).shape);
    if (top + bottom >= height || left + right >= width)
      throw fail(`a border of [${top},${left},${bottom},${right}] leaves nothing of ${height}x${width} pixels`);
    return ['n', channels, height - top - bottom, width - left - right];
  },
  kernels: [plain],
});
