// Addition and multiplication of an activation with another, or with a parameter, broadcast as PyTorch does.

import * as z from 'zod/mini';
import { type Dim, formatShape, type Shape, type Value } from '../../runtime/graph/value.ts';
import type { Layout } from '../../runtime/plan/layout.ts';
import { activationText, activationUniforms, epilogueAttributes } from '../activation/epilogue.ts';
import { type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import { imageUniforms } from '../shared/image.ts';
import source from './elementwise.wgsl';

const attributes = z.object(epilogueAttributes);
// Along N, C, H, W.
const strides = ['.image', '_channel', '.row', '.pixel'] as const;

function kernel(operation: number): Candidate<z.infer<typeof attributes>> {
  return {
    name: 'elementwise',
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

/** NumPy's rule: aligned at the last dimension, equal or one of them 1. */
function broadcast(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length);
  const result: Dim[] = [];
  for (let axis = 1; axis <= rank; axis++) {
    const left = a[a.length - axis] ?? 1;
    const right = b[b.length - axis] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return null;
    result.unshift(left === 1 ? right : left);
  }
  return result;
}

function define(name: string, operation: number) {
  return defineOp({
    name,
    attributes,
    inputs: ['a', 'b'],
    epilogue: true,
    shape({ a, b }, _, fail) {
      const shape = a && b && broadcast(a.shape, b.shape);
      if (!a || !b || !shape)
        throw fail(`${formatShape(a?.shape ?? [])} and ${formatShape(b?.shape ?? [])} do not broadcast`);
      if (shape.lastIndexOf('n') !== 0 || (shape.length !== 2 && shape.length !== 4))
        throw fail(`one of the operands must be an activation, and the result is ${formatShape(shape)}`);
      return shape;
    },
    kernels: [kernel(operation)],
  });
}

export const add = define('add', 0);
export const mul = define('mul', 1);
