// Cases of the oracle's `ops` files: inputs by the fill, results as torch gave them.

import type { TestTensor } from './operators.ts';
import { filled } from './operators.ts';
import { sharedJson } from './shared.ts';

export interface OracleCase {
  readonly name: string;
  readonly op: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  /** Shape, scale, shift. */
  readonly inputs: Readonly<Record<string, readonly [readonly number[], number, number]>>;
  readonly out: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;
  /** Class numbers of a loss. */
  readonly labels?: readonly number[];
  /** For each input, the gradient of the sum of y * dy over the outputs y; `dy` is filled as inputs are, from its name. */
  readonly grads?: Readonly<Record<string, readonly number[]>>;
}

/** All cases of a file of `../shared/oracle/data/ops`; null where the folder is absent. */
export async function oracleCases(file: string): Promise<readonly OracleCase[] | null> {
  return (await sharedJson<{ cases: OracleCase[] }>(`oracle/data/ops/${file}.json`))?.cases ?? null;
}

/** A case's input by its name there. A shape of one dimension becomes an activation of one image. */
export function oracleInput({ name, inputs }: OracleCase, key: string, parameter = false): TestTensor {
  const spec = inputs[key];
  if (!spec) throw new Error(`${name} has no input ${key}`);
  const [shape, scale, shift] = spec;
  return filled(`${name}/${key}`, shape.length === 1 && !parameter ? [1, ...shape] : shape, scale, shift, parameter);
}
