// Average pooling.

import * as z from 'zod/mini';
import { type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import source from './avg_pool2d.wgsl';
import boxSum from './box_sum.wgsl';
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
    const [, , bottom, right] = windowOf(call.attributes).padding;
    emitter.step(
      eachQuad({
        name: 'avg_pool2d',
        sources: [source, boxSum],
        bind: { x: emitter.input('x'), y: emitter.output },
        uniforms: {
          ...windowUniforms(call.attributes),
          pad_bottom: bottom,
          pad_right: right,
          include_padding: call.attributes.countIncludePad ? 1 : 0,
        },
      }),
    );
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
