// The kernel of additions and multiplications that no convolution took in.

import type { Dim, Value } from '../../runtime/graph/value.ts';
import type { Layout } from '../../runtime/plan/layout.ts';
import { activationText, activationUniforms, type Epilogue } from '../activation/epilogue.ts';
import type { Way } from '../late.ts';
import { eachQuad } from '../shared/frame.ts';
import { imageUniforms } from '../shared/image.ts';
import source from './elementwise.wgsl';

/** By their operators' names. */
export const ways = { add: way(0), mul: way(1) } as const;

// Along N, C, H, W.
const strides = ['.image', '_channel', '.row', '.pixel'] as const;

function way(operation: number): Way<Epilogue> {
  return {
    suits: () => 1,
    emit(call, emitter) {
      const a = emitter.input('a');
      const b = emitter.input('b');
      emitter.step(
        eachQuad({
          name: 'elementwise',
          sources: [source, activationText(call.attributes)],
          overrides: { OPERATION: operation },
          bind: { a, b, y: emitter.output },
          uniforms: {
            ...operandUniforms('a', call.inputs.a, a.layout, call.value.shape.length),
            ...operandUniforms('b', call.inputs.b, b.layout, call.value.shape.length),
            ...activationUniforms(call.attributes),
          },
        }),
      );
    },
  };
}

/** The fields of `Image` and the stride from channel to channel; strides are 0 where the operand has one element or none. */
export function operandUniforms(
  name: string,
  value: Value | undefined,
  layout: Layout,
  rank: number,
): Record<string, number> {
  const shape = value?.shape ?? [];
  const laid = layout.kind === 'image' ? layout : undefined;
  const uniforms = imageUniforms(name, laid);
  let rowMajor = 1;
  for (let axis = 3; axis >= 0; axis--) {
    const dim: Dim = axis < rank ? (shape[axis - rank + shape.length] ?? 1) : 1;
    const along = laid ? [laid.image, 1, laid.row, laid.pixel][axis] : rowMajor;
    uniforms[`${name}${strides[axis]}`] = dim === 1 ? 0 : (along ?? 0);
    if (typeof dim === 'number') rowMajor *= dim;
  }
  return uniforms;
}
