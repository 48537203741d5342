// Max pooling.

import * as z from 'zod/mini';
import { defineKernel } from '../kernel.ts';
import { type Candidate, defineOp } from '../op.ts';
import { linearGrid } from '../shared/grid.ts';
import linearIndex from '../shared/linear_index.wgsl';
import { image, strideUniforms } from '../shared/strides.ts';
import source from './max_pool2d.wgsl';
import { dilationAttribute, pooledShape, windowAttributes, windowOf, windowUniforms } from './window.ts';

const attributes = z.object({ ...windowAttributes, dilation: dilationAttribute });
export type MaxPool2dAttributes = z.infer<typeof attributes>;

const plain: Candidate<MaxPool2dAttributes> = {
  name: 'max_pool2d',
  suits: () => 1,
  emit(call, emitter) {
    const x = emitter.input('x');
    const y = image(emitter.output);
    const { dilation } = windowOf(call.attributes);
    const perImage = (y.written / 4) * y.height * y.width;
    emitter.step({
      kernel: defineKernel('max_pool2d', [source, linearIndex]),
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
        dilation_h: dilation[0],
        dilation_w: dilation[1],
        ...strideUniforms('x', x),
        ...strideUniforms('y', emitter.output),
        lowest: Number.NEGATIVE_INFINITY,
      }),
      grid: (n) => linearGrid(perImage * n, 64),
    });
  },
};

/** x [n, C, H, W] -> [n, C, P, Q]. Padding counts as -infinity; a window that holds a NaN gives NaN. */
export const maxPool2d = defineOp({
  name: 'max_pool2d',
  attributes,
  inputs: ['x'],
  shape: pooledShape,
  kernels: [plain],
});
