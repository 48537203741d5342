// What all updates of a step have in common: whether there is one, and by what it multiplies the gradients.

import * as z from 'zod/mini';
import { elementCount, formatShape, hasBatch, sameShape, type Value } from '../../runtime/graph/value.ts';
import { positive } from '../../runtime/whole_number.ts';
import { type Call, type Candidate, defineOp, type Emitter, type Inputs } from '../op.ts';
import { each } from '../shared/frame.ts';
import { whole } from '../shared/whole.ts';
import controlText from './control.wgsl';
import foursText from './fours.wgsl';
import { quads } from './numbers.ts';
import squaresText from './squares.wgsl';
import { CONTROL, checkVectors } from './update.ts';

const attributes = z.object({
  /** Gradients are scaled down to this 2-norm of all of them together. Null for any norm. */
  maxNorm: z._default(z.nullable(z.number().check(z.positive())), null),
  /** Batches whose gradients were added up: their mean counts. */
  batches: z._default(positive, 1),
});
type ControlAttributes = z.infer<typeof attributes>;

// Vectors that a partial sum is worth making for, and the most partial sums of a gradient: a CPU has few lanes to fill.
const PART = 32;
const PARTS = { cpu: 256, gpu: 4096 };

function kernel(name: string, wide: boolean): Candidate<ControlAttributes> {
  return {
    name,
    suits: ({ facts }) => (wide ? (facts.fallback ? 0.5 : 2) : 1),
    emit: (call, emitter) => emit(call, emitter, name, wide),
  };
}

function emit(
  { inputs, attributes: given }: Call<ControlAttributes>,
  emitter: Emitter,
  name: string,
  wide: boolean,
): void {
  const all = gradientsOf(inputs).map(([key, { shape }]) => {
    const most = wide ? PARTS.gpu : PARTS.cpu;
    return { key, elements: elementCount(shape), count: Math.min(most, Math.ceil(quads(shape) / PART)) };
  });
  const total = all.reduce((sum, { count }) => sum + count, 0);
  const parts = emitter.scratch('parts', { kind: 'packed', elements: 2 * total, elementsPerImage: 0 });
  let first = 0;
  for (const { key, elements, count } of all) {
    const bind = { g: emitter.input(key), parts };
    const uniforms = { elements, first };
    emitter.step(each({ name: 'squares', sources: [squaresText, foursText], bind, uniforms }, () => count));
    first += count;
  }
  const bind = { parts, step: emitter.input('step'), scale: emitter.input('scale'), y: emitter.output };
  const uniforms = { batches: given.batches, clips: given.maxNorm === null ? 0 : 1, max_norm: given.maxNorm ?? 0 };
  emitter.step(whole({ name, sources: [controlText], bind, uniforms }, () => total, wide));
}

function gradientsOf(inputs: Inputs): [string, Value][] {
  return Object.entries(inputs).filter(([key]) => /^\d+$/.test(key));
}

/** Gradients 0, 1, 2 ... in rows, step [8], the loss scale [1] -> [4]: 1 to update or 0, multiplier, norm, 0. */
export const control = defineOp({
  name: 'control',
  attributes,
  inputs: ['step', 'scale', '...'],
  shape(inputs, _, fail) {
    const given = gradientsOf(inputs);
    if (given.length === 0) throw fail('there are no gradients');
    for (const [key, value] of given)
      if (hasBatch(value)) throw fail(`gradient ${key} must have no batch and is ${formatShape(value.shape)}`);
    checkVectors(inputs, fail);
    if (!sameShape(inputs.scale?.shape ?? [], [1]))
      throw fail(`scale must be [1] and is ${formatShape(inputs.scale?.shape ?? [])}`);
    return [CONTROL];
  },
  kernels: [kernel('control', false), kernel('control_wide', true)],
});
