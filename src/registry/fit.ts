// Whether a file is of a model: what it holds against what the model declares.

import { bind } from '../weights/bind.ts';
import type { TensorInfo, TensorReader } from '../weights/tensors.ts';
import { type BuiltModel, build } from './build.ts';
import type { ModelSpec } from './plugin.ts';
import type { Prepared } from './prepare.ts';

/**
 * The names of the parameters to take from the tensors. Those of auxiliary heads may all be absent, and counters of
 * batches. Throws WeightsError 'weights_mismatch' whose `problems` list everything that does not fit.
 */
export function namesThatFit(
  { parameters, auxiliaryNames }: Pick<BuiltModel, 'parameters' | 'auxiliaryNames'>,
  tensors: readonly TensorInfo[],
  source: string,
): ReadonlySet<string> {
  const present = new Set(tensors.map(({ name }) => name));
  const mayLack = ({ name, optional }: (typeof parameters)[number]) => optional || auxiliaryNames.has(name);
  return bind(
    parameters.filter((parameter) => !mayLack(parameter) || present.has(parameter.name)),
    tensors,
    source,
  );
}

/**
 * The parameters to take from the weights, which must fit the model of their own width. The others start from the seed:
 * those of another shape at the width that is wanted, and optional ones the weights do not have.
 */
export function fitting(
  spec: ModelSpec,
  { parameters, size, config }: Pick<Prepared, 'parameters' | 'size' | 'config'>,
  { tensors }: TensorReader,
  trained: number,
  source: string,
): ReadonlySet<string> {
  const built = build(spec, { classes: trained, size, config });
  const found = namesThatFit(built, tensors, source);
  const shapes = new Map(parameters.map(({ name, shape }) => [name, `${shape}`]));
  return new Set(
    built.parameters
      .filter(({ name, shape }) => found.has(name) && shapes.get(name) === `${shape}`)
      .map(({ name }) => name),
  );
}
