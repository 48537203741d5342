// A constant border around an image.

import * as z from 'zod/mini';
import { imageSize } from '../../runtime/plan/layout.ts';
import { defineKernel } from '../kernel.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { linearGrid } from '../shared/grid.ts';
import linearIndex from '../shared/linear_index.wgsl';
import { image, strideUniforms } from '../shared/strides.ts';
import source from './pad.wgsl';

const side = z.int().check(z.nonnegative());
const attributes = z.object({
  /** Top, left, bottom, right. */
  padding: z.tuple([side, side, side, side]),
  value: z._default(z.number(), 0),
});
export type PadAttributes = z.infer<typeof attributes>;

const plain: Candidate<PadAttributes> = {
  name: 'pad',
  suits: () => 1,
  emit({ attributes: { padding, value } }, emitter) {
    const x = emitter.input('x');
    const y = image(emitter.output);
    const perImage = (y.written / 4) * y.height * y.width;
    emitter.step({
      kernel: defineKernel('pad', [source, linearIndex]),
      bind: { x, y: emitter.output },
      uniforms: (n) => ({
        count: perImage * n,
        quads: y.written / 4,
        channels: y.channels,
        height: image(x).height,
        width: image(x).width,
        out_h: y.height,
        out_w: y.width,
        top: padding[0],
        left: padding[1],
        ...strideUniforms('x', x),
        ...strideUniforms('y', emitter.output),
        border: value,
      }),
      grid: (n) => linearGrid(perImage * n, 64),
    });
  },
};

/** x [n, C, H, W] -> [n, C, top + H + bottom, left + W + right]. */
export const pad = defineOp({
  name: 'pad',
  attributes,
  inputs: ['x'],
  shape(inputs, { padding: [top, left, bottom, right] }, fail) {
    const { channels, height, width } = imageSize(activation(inputs, 'x', 4, fail).shape);
    return ['n', channels, top + height + bottom, left + width + right];
  },
  kernels: [plain],
});
