// Max pooling.

import * as z from 'zod/mini';
import { type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import source from './max_pool2d.wgsl';
import { dilationAttribute, pooledShape, windowAttributes, windowOf, windowUniforms } from './window.ts';

const attributes = z.object({ ...windowAttributes, dilation: dilationAttribute });
export type MaxPool2dAttributes = z.infer<typeof attributes>;

const plain: Candidate<MaxPool2dAttributes> = {
  name: 'max_pool2d',
  suits: () => 1,
  emit(call, emitter) {
    const { dilation } = windowOf(call.attributes);
    emitter.step(
      eachQuad({
        name: 'max_pool2d',
        sources: [source],
        bind: { x: emitter.input('x'), y: emitter.output },
        uniforms: {
          ...windowUniforms(call.attributes),
          dilation_h: dilation[0],
          dilation_w: dilation[1],
          lowest: Number.NEGATIVE_INFINITY,
        },
      }),
    );
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
