// Whether a file is of a model: what it holds against what the model declares.

import { bind } from '../weights/bind.ts';
import type { TensorInfo } from '../weights/tensors.ts';
import type { BuiltModel } from './build.ts';

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
