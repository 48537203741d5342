// Max pooling.

import * as z from 'zod/mini';
import type { BufferRef } from '../../runtime/plan/program.ts';
import { late, onCpu } from '../late.ts';
import { type Call, type Candidate, defineOp, type Emitter } from '../op.ts';
import { eachQuad, type FramedStep } from '../shared/frame.ts';
import { image, imageUniforms } from '../shared/image.ts';
import xQuads from '../shared/x_quads.wgsl';
import source from './max_pool2d.wgsl';
import { dilationAttribute, pooledShape, windowAttributes, windowOf, windowUniforms } from './window.ts';

const attributes = z.object({ ...windowAttributes, dilation: dilationAttribute });
export type MaxPool2dAttributes = z.infer<typeof attributes>;

const plain: Candidate<MaxPool2dAttributes> = {
  name: 'max_pool2d',
  suits: () => 1,
  emit(call, emitter) {
    const x = emitter.input('x');
    emitter.step(maxPoolStep(call, emitter, { x, y: emitter.output }, [xQuads]));
  },
};

/** `loads`: what `load_x` is, of x as it is bound. */
export function maxPoolStep(
  { attributes }: Call<MaxPool2dAttributes>,
  emitter: Emitter,
  bind: Readonly<Record<'x' | 'y', BufferRef>>,
  loads: readonly string[],
): FramedStep {
  const { dilation } = windowOf(attributes);
  return eachQuad({
    name: 'max_pool2d',
    sources: [source, ...loads],
    bind,
    uniforms: {
      ...imageUniforms('x', image(emitter.input('x'))),
      ...windowUniforms(attributes),
      dilation_h: dilation[0],
      dilation_w: dilation[1],
      lowest: Number.NEGATIVE_INFINITY,
    },
  });
}

/** x [n, C, H, W] -> [n, C, P, Q]. Padding counts as -infinity; a window that holds a NaN gives NaN. */
export const maxPool2d = defineOp({
  name: 'max_pool2d',
  attributes,
  inputs: ['x'],
  shape: pooledShape,
  kernels: [plain, late('max_pool2d_texels', onCpu, () => import('./max_pool2d_texels.ts'))],
});
