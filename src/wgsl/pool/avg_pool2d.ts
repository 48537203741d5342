// Average pooling.

import * as z from 'zod/mini';
import { defineKernel } from '../kernel.ts';
import { type Candidate, defineOp } from '../op.ts';
import { linearGrid } from '../shared/grid.ts';
import linearIndex from '../shared/linear_index.wgsl';
import { image, strideUniforms } from '../shared/strides.ts';
import source from './avg_pool2d.wgsl';
import { pooledShape, windowAttributes, windowOf, windowUniforms } from './window.ts';

const attributes = z.object({
  ...windowAttributes,
  /** Whether padding counts in the divisor. What a window has beyond the padding never does. */
  countIncludePad: z._default(z.boolean(), true),
});
export type AvgPool2dAttributes = z.infer<typeof attributes>;

const plain: Candidate<AvgPool2dAttributes> = {
  name: 'avg_pool2d',
  suits: () => 1,
  emit(call, emitter) {
    const x = emitter.input('x');
    const y = image(emitter.output);
    const [, , bottom, right] = windowOf(call.attributes).padding;
    const perImage = (y.written / 4) * y.height * y.width;
    emitter.step({
      kernel: defineKernel('avg_pool2d', [source, linearIndex]),
      bind: { x, y: emitter.output },
      uniforms: (n) => ({
        count: perImage * n,
        quads: y.written / 4,
        channels: y.channels,
        height: image(x).height,
        width: image(x).width,
        out_h: y.height,
        out_w: y.width,
        ...windowUniforms(call.attributes),
        pad_bottom: bottom,
        pad_right: right,
        include_padding: call.attributes.countIncludePad ? 1 : 0,
        ...strideUniforms('x', x),
        ...strideUniforms('y', emitter.output),
      }),
      grid: (n) => linearGrid(perImage * n, 64),
    });
  },
};

/** x [n, C, H, W] -> [n, C, P, Q]. */
export const avgPool2d = defineOp({
  name: 'avg_pool2d',
  attributes,
  inputs: ['x'],
  shape: pooledShape,
  kernels: [plain],
});
