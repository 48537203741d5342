// Concatenation along the channels. Parts that place_concat marked are already there; the others are copied.

import * as z from 'zod/mini';
import { atBatch, formatShape } from '../../runtime/graph/value.ts';
import { late } from '../late.ts';
import { defineOp } from '../op.ts';

const attributes = z.object({ placed: z._default(z.nullable(z.array(z.boolean())), null) });
export type ConcatAttributes = z.infer<typeof attributes>;

/** Inputs 0, 1, 2, ... of [n, C_i, H, W] (or [n, C_i]) -> [n, sum C_i, H, W]. */
export const concat = defineOp({
  name: 'concat',
  attributes,
  inputs: ['...'],
  shape(inputs, _, fail) {
    const parts = Object.values(inputs);
    const [head] = parts;
    if (head?.shape[0] !== 'n' || head.shape.length < 2) throw fail('there is no activation to concatenate');
    const others = (shape: typeof head.shape) => formatShape(shape.toSpliced(1, 1));
    for (const part of parts)
      if (others(part.shape) !== others(head.shape))
        throw fail(`parts may differ in channels only: ${formatShape(head.shape)} and ${formatShape(part.shape)}`);
    const channels = parts.reduce((sum, { shape }) => sum + atBatch(shape[1] ?? 0, 1), 0);
    return head.shape.toSpliced(1, 1, channels);
  },
  kernels: [
    late(
      'concat',
      () => true,
      () => import('./copy_parts.ts'),
    ),
  ],
});
