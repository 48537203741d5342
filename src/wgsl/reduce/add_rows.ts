// The sum of two arrays of one shape that lie in rows: gradients of a parameter that is used twice.

import * as z from 'zod/mini';
import { elementCount, formatShape, sameShape } from '../../runtime/graph/value.ts';
import { type Candidate, defineOp } from '../op.ts';
import { each } from '../shared/frame.ts';
import source from './add_rows.wgsl';

const plain: Candidate = {
  name: 'add_rows',
  suits: () => 1,
  emit({ value }, emitter) {
    const bind = { a: emitter.input('a'), b: emitter.input('b'), y: emitter.output };
    emitter.step(each({ name: 'add_rows', sources: [source], bind }, () => elementCount(value.shape)));
  },
};

/** a and b without the batch dimension, of one shape -> that shape. */
export const addRows = defineOp({
  name: 'add_rows',
  attributes: z.object({}),
  inputs: ['a', 'b'],
  shape({ a, b }, _, fail) {
    if (!a || !b || !sameShape(a.shape, b.shape) || a.shape[0] === 'n')
      throw fail(`${formatShape(a?.shape ?? [])} and ${formatShape(b?.shape ?? [])} are not rows of one shape`);
    return a.shape;
  },
  kernels: [plain],
});
