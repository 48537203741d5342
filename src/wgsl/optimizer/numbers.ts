// Kernels that go through arrays in rows four numbers at a time; the frame is `each`, in whose steps of `count` an item goes through them.

import { elementCount, type Shape } from '../../runtime/graph/value.ts';
import type { AdapterFacts } from '../../runtime/plan/facts.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import type { Candidate, Emitter, Inputs } from '../op.ts';
import { each } from '../shared/frame.ts';

// A CPU that plays the GPU gains by doing more than one vector an invocation, where there is enough for all its lanes: up to a third on
// lavapipe, as what is told beforehand is loaded once.
const RUN = 8;
const ENOUGH = 4096;

/** Vectors of four: buffers in rows are padded to whole ones. */
export function quads(shape: Shape): number {
  return Math.ceil(elementCount(shape) / 4);
}

/** How many invocations go through them. */
export function invocations(shape: Shape, { fallback }: AdapterFacts): number {
  const vectors = quads(shape);
  if (!fallback) return vectors;
  return Math.max(Math.min(vectors, ENOUGH), Math.ceil(vectors / RUN));
}

/** The kernel of an operator that changes its first input by others of its shape, and by vectors of the step. */
export function numberKernel<A>(name: string, source: string, names: readonly string[]): Candidate<A> {
  return {
    name,
    suits: () => 1,
    emit({ inputs, value, facts }, emitter) {
      const bind = bound(inputs, names, emitter);
      const elements = elementCount(value.shape);
      emitter.step(
        each({ name, sources: [source], bind, uniforms: { elements } }, () => invocations(value.shape, facts)),
      );
    },
  };
}

/** The memory of those inputs that there are. */
export function bound(inputs: Inputs, names: readonly string[], emitter: Emitter): Record<string, BufferRef> {
  return Object.fromEntries(names.filter((name) => inputs[name]).map((name) => [name, emitter.input(name)]));
}
