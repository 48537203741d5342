// Addition and multiplication of an activation with another, or with a parameter, broadcast as PyTorch does.

import * as z from 'zod/mini';
import { type Dim, formatShape, type Shape } from '../../runtime/graph/value.ts';
import { epilogueAttributes } from '../activation/epilogue.ts';
import { late } from '../late.ts';
import { defineOp } from '../op.ts';

const attributes = z.object(epilogueAttributes);
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

function define(name: 'add' | 'mul') {
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
    // Most networks add in a convolution's epilogue.
    kernels: [
      late(
        'elementwise',
        () => true,
        async () => (await import('./elementwise_image.ts')).ways[name],
      ),
    ],
  });
}

export const add = define('add');
export const mul = define('mul');
