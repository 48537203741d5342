// What dropout and stochastic depth share while training: chances, how what is kept grows, and where their random words come from.

import * as z from 'zod/mini';
import type { GraphError } from '../../runtime/errors.ts';
import { formatShape } from '../../runtime/graph/value.ts';
import { whole } from '../../runtime/whole_number.ts';
import type { Candidate, Inputs } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import philox from '../shared/philox.wgsl';

export const dropAttributes = z.object({
  /** The chance that something is dropped. */
  p: z.number().check(z.gte(0), z.lt(1)),
  /** Tells apart what draws in one step. */
  key: whole(0, 2 ** 32 - 1),
});
export type DropAttributes = z.infer<typeof dropAttributes>;

/** What a random word is below drops. */
export function dropThreshold(p: number): number {
  return Math.min(2 ** 32 - 1, Math.round(p * 2 ** 32));
}

/** The kernel that `source` gives `fn quad(at: Place) -> vec4f` for. */
export function dropKernel(name: string, source: string): Candidate<DropAttributes> {
  return {
    name,
    suits: () => 1,
    emit({ attributes: { p, key } }, emitter) {
      emitter.step(
        eachQuad({
          name,
          sources: [source, philox],
          bind: { x: emitter.input('x'), random: emitter.input('random'), y: emitter.output },
          uniforms: { key, dropped: dropThreshold(p), scale: 1 / (1 - p) },
        }),
      );
    },
  };
}

/** `random` must be what a training step draws from: the words seed, step (low, high) and 0. */
export function checkRandom({ random }: Inputs, fail: (what: string) => GraphError): void {
  if (random?.shape.length !== 1 || random.shape[0] !== 4)
    throw fail(`random must be [4] and is ${formatShape(random?.shape ?? [])}`);
}
