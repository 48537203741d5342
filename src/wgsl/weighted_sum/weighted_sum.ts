// A weighted sum of scalars: a main loss and those of auxiliary heads.

import * as z from 'zod/mini';
import { formatShape, sameShape } from '../../runtime/graph/value.ts';
import { type Candidate, defineOp } from '../op.ts';
import { each } from '../shared/frame.ts';
import source from './weighted_sum.wgsl';

const attributes = z.object({ weights: z.readonly(z.array(z.number()).check(z.minLength(1))) });

const plain: Candidate<z.infer<typeof attributes>> = {
  name: 'weighted_sum',
  suits: () => 1,
  emit({ attributes: { weights } }, emitter) {
    for (const [i, weight] of weights.entries()) {
      const bind = { a: emitter.input(String(i)), y: emitter.output };
      const uniforms = { weight, adds: i > 0 ? 1 : 0 };
      emitter.step(each({ name: 'weighted_sum', sources: [source], bind, uniforms }, () => 1));
    }
  },
};

/** Scalars 0, 1, 2 ..., each [1], and as many weights -> [1]. */
export const weightedSum = defineOp({
  name: 'weighted_sum',
  attributes,
  inputs: ['...'],
  shape(inputs, { weights }, fail) {
    const given = Object.entries(inputs);
    if (given.length !== weights.length) throw fail(`there are ${given.length} scalars and ${weights.length} weights`);
    for (const [key, { shape }] of given)
      if (!sameShape(shape, [1])) throw fail(`input ${key} must be [1] and is ${formatShape(shape)}`);
    return [1];
  },
  kernels: [plain],
});
