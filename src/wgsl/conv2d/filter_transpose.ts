// Filters as the gradient of a convolution's input wants them: inputs and outputs change places, and the taps are turned round.

import * as z from 'zod/mini';
import { elementCount, formatShape, type Shape, type Value } from '../../runtime/graph/value.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import { positive } from '../../runtime/whole_number.ts';
import { type Candidate, defineOp, type Emitter } from '../op.ts';
import { each } from '../shared/frame.ts';
import source from './filter_transpose.wgsl';

const attributes = z.object({ groups: z._default(positive, 1) });
type FilterTransposeAttributes = z.infer<typeof attributes>;

const plain: Candidate<FilterTransposeAttributes> = {
  name: 'filter_transpose',
  suits: () => 1,
  emit({ inputs, attributes: { groups } }, emitter) {
    emitTranspose(emitter, inputs.w?.shape ?? [], groups, emitter.input('w'), emitter.output);
  },
};

/** w [K, C/groups, R, S] -> [C, K/groups, R, S] with w(k, c, r, s) at (c, k, R-1-r, S-1-s), each group for itself. */
export const filterTranspose = defineOp({
  name: 'filter_transpose',
  attributes,
  inputs: ['w'],
  shape({ w }, { groups }, fail) {
    const [filters, channels, ...kernel] = shapeOf(w, 4, fail);
    if (filters! % groups !== 0) throw fail(`${filters} filters do not divide into ${groups} groups`);
    return [channels! * groups, filters! / groups, ...kernel];
  },
  kernels: [plain],
});

function shapeOf(w: Value | undefined, rank: number, fail: (what: string) => Error): readonly number[] {
  const shape = w?.shape ?? [];
  if (shape.length !== rank || shape[0] === 'n')
    throw fail(`w must be a parameter of ${rank} dimensions and is ${formatShape(shape)}`);
  return shape as readonly number[];
}

/** The dispatch, on filters of `shape`. */
export function emitTranspose(emitter: Emitter, shape: Shape, groups: number, w: BufferRef, y: BufferRef): void {
  const [filters = 1, channels = 1, ...kernel] = shape as readonly number[];
  const taps = elementCount(kernel);
  const uniforms = { channels, group: filters / groups, taps };
  const count = filters * channels * taps;
  emitter.step(each({ name: 'filter_transpose', sources: [source], bind: { w, y }, uniforms }, () => count));
}
