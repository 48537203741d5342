// A row of rows, and rows of two arrays: what lies outside the batch is taken apart and put together.

import * as z from 'zod/mini';
import { elementCount, formatShape } from '../../runtime/graph/value.ts';
import { whole } from '../../runtime/whole_number.ts';
import { type Candidate, defineOp } from '../op.ts';
import { each } from '../shared/frame.ts';
import rowText from './row.wgsl';
import stackText from './stack.wgsl';

const rowAttributes = z.object({ row: whole(0) });

const plainRow: Candidate<z.infer<typeof rowAttributes>> = {
  name: 'row',
  suits: () => 1,
  emit({ value, attributes: { row } }, emitter) {
    const count = elementCount(value.shape);
    const bind = { x: emitter.input('x'), y: emitter.output };
    emitter.step(each({ name: 'row', sources: [rowText], bind, uniforms: { first: row * count } }, () => count));
  },
};

/** x [R, C] -> its row [C], a copy. */
export const row = defineOp({
  name: 'row',
  attributes: rowAttributes,
  inputs: ['x'],
  shape({ x }, attributes, fail) {
    const [rows, columns] = x?.shape ?? [];
    if (x?.shape.length !== 2 || typeof rows !== 'number' || columns === undefined)
      throw fail(`x must be rows [R,C] and is ${formatShape(x?.shape ?? [])}`);
    if (attributes.row >= rows) throw fail(`x has ${rows} rows, none of number ${attributes.row}`);
    return [columns];
  },
  kernels: [plainRow],
});

const plainStack: Candidate = {
  name: 'stack',
  suits: () => 1,
  emit({ value }, emitter) {
    const bind = { a: emitter.input('a'), b: emitter.input('b'), y: emitter.output };
    const count = elementCount(value.shape);
    emitter.step(each({ name: 'stack', sources: [stackText], bind, uniforms: { row: count / 2 } }, () => count));
  },
};

/** a and b [C] -> rows [2, C]. */
export const stack = defineOp({
  name: 'stack',
  attributes: z.object({}),
  inputs: ['a', 'b'],
  shape({ a, b }, _, fail) {
    const [is, was] = [formatShape(b?.shape ?? []), formatShape(a?.shape ?? [])];
    if (a?.shape.length !== 1 || a.shape[0] === 'n' || is !== was)
      throw fail(`a and b must be [C] and are ${was} and ${is}`);
    return [2, ...a.shape];
  },
  kernels: [plainStack],
});
