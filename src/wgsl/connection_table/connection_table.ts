// Filters of a convolution whose output maps see only some of the input maps (LeCun et al. 1998, table 1). It depends on
// parameters alone, so it runs when a model is loaded.

import * as z from 'zod/mini';
import { atBatch, formatShape, type Value } from '../../runtime/graph/value.ts';
import { whole } from '../../runtime/whole_number.ts';
import { type Candidate, defineOp, type Emitter } from '../op.ts';
import { each } from '../shared/frame.ts';
import source from './connection_table.wgsl';

export const attributes = z.object({
  /** Input maps. Their connections with an output map are the bits of a u32. */
  inputs: whole(1, 32),
  /** For each output map in turn, whether it is connected to each of the input maps. */
  connections: z.readonly(z.array(z.boolean()).check(z.minLength(1))),
});
export type ConnectionTableAttributes = z.infer<typeof attributes>;

/** The attributes of a table that lists each output map's inputs. */
export function connectionsOf(table: readonly (readonly number[])[], inputs: number): ConnectionTableAttributes {
  return { inputs, connections: table.flatMap((row) => Array.from({ length: inputs }, (_, map) => row.includes(map))) };
}

/** A dispatch of `kernel` for each output map. Filters lie in `filters`, [outputs, inputs, R, S]. */
export function eachFilter(
  { inputs, connections }: ConnectionTableAttributes,
  filters: Value,
  kernel: Pick<Parameters<typeof each>[0], 'name' | 'sources' | 'bind'>,
  emitter: Emitter,
): void {
  const taps = filters.shape.slice(2).reduce<number>((product, dim) => product * atBatch(dim, 1), 1);
  let first = 0;
  for (let from = 0; from < connections.length; from += inputs) {
    const row = connections.slice(from, from + inputs);
    const mask = row.reduce((bits, there, map) => (there ? bits + 2 ** map : bits), 0);
    const uniforms = { taps, mask, first, start: from * taps };
    emitter.step(each({ ...kernel, uniforms }, () => inputs * taps));
    first += row.filter(Boolean).length;
  }
}

const plain: Candidate<ConnectionTableAttributes> = {
  name: 'connection_table',
  suits: () => 1,
  emit({ value, attributes: table }, emitter) {
    const bind = { w: emitter.input('w'), y: emitter.output };
    eachFilter(table, value, { name: 'connection_table', sources: [source], bind }, emitter);
  },
};

/** Kernels w [connections, R, S] -> filters [outputs, inputs, R, S]. */
export const connectionTable = defineOp({
  name: 'connection_table',
  attributes,
  inputs: ['w'],
  shape({ w }, { inputs, connections }, fail) {
    if (connections.length % inputs !== 0)
      throw fail(`${connections.length} connections are no table of ${inputs} input maps`);
    const there = connections.filter(Boolean).length;
    const [kernels, ...kernel] = w?.shape ?? [];
    if (kernels !== there || kernel.length !== 2)
      throw fail(`weight must be [${there},R,S] and is ${formatShape(w?.shape ?? [])}`);
    return [connections.length / inputs, inputs, ...kernel];
  },
  kernels: [plain],
});
