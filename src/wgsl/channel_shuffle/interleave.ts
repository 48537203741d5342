// Channels of two images in turn: what a channel shuffle in two groups makes of a concatenation, or a part of that.

import * as z from 'zod/mini';
import { formatShape, sameShape } from '../../runtime/graph/value.ts';
import { imageSize } from '../../runtime/plan/layout.ts';
import { positive, whole } from '../../runtime/whole_number.ts';
import { activation, type Candidate, type DefinedOperator, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import source from './interleave.wgsl';

const attributes = z.object({
  /** Of all the channels, the first that is taken, and the one behind the last. */
  from: whole(0),
  to: positive,
});

const plain: Candidate<z.infer<typeof attributes>> = {
  name: 'interleave',
  suits: () => 1,
  emit({ attributes: { from } }, emitter) {
    emitter.step(
      eachQuad({
        name: 'interleave',
        sources: [source],
        bind: { a: emitter.input('a'), b: emitter.input('b'), y: emitter.output },
        uniforms: { first: from },
      }),
    );
  },
};

/** a and b [n, C, H, W] -> channels `from` up to, without, `to` of a0, b0, a1, b1, ... */
export const interleave: DefinedOperator<typeof attributes> = defineOp({
  name: 'interleave',
  attributes,
  inputs: ['a', 'b'],
  shape(inputs, { from, to }, fail) {
    const a = activation(inputs, 'a', 4, fail).shape;
    const b = activation(inputs, 'b', 4, fail).shape;
    if (!sameShape(a, b)) throw fail(`${formatShape(a)} and ${formatShape(b)} differ`);
    if (from >= to || to > 2 * imageSize(a).channels)
      throw fail(`channels ${from} up to ${to} are not within twice ${formatShape(a)}`);
    return a.toSpliced(1, 1, to - from);
  },
  sliced({ inputs, attributes }, from, to, name) {
    const first = Number(attributes.from);
    return interleave.of(inputs, { from: first + from, to: first + to }, name);
  },
  kernels: [plain],
});
