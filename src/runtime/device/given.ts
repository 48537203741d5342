// What a run is given, and how many numbers that must be.

import { UsageError } from '../errors.ts';
import { atBatch } from '../graph/value.ts';
import type { Plan } from '../plan/plan.ts';
import type { Program } from '../plan/program.ts';
import type { Residence } from './residence.ts';

export type Arrays = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

/** The inputs that the program takes. Throws UsageError 'invalid_argument'. */
export function given(program: Program, { plan, inputs: taken }: Residence, inputs: Arrays): Arrays {
  const arrays = Object.keys(taken).map((name) => {
    const data = inputs[name];
    const elements = count(program, plan, plan.inputs[name]!);
    if (!data) throw new UsageError('invalid_argument', `the run was given no input ${name}`);
    if (data.length !== elements)
      throw new UsageError('invalid_argument', `input ${name} takes ${elements} numbers, ${data.length} were given`);
    return [name, data] as const;
  });
  return Object.fromEntries(arrays);
}

/** The numbers of an input or output, which are in rows. */
export function count(program: Program, { batch }: Plan, id: number): number {
  const layout = program.buffers[id]?.layout;
  if (layout?.kind !== 'rows') throw new TypeError(`buffer ${id} is not in rows`);
  return layout.shape.reduce<number>((product, dim) => product * atBatch(dim, batch), 1);
}
