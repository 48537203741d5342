// Weights as training begins with: enough where only speed is asked for, which does not depend on them.

import { builtin } from '../../models/builtin.ts';
import type { ModelSpec } from '../../registry/plugin.ts';
import type { ParameterSpec } from '../../runtime/graph/scope.ts';
import { initialise } from '../../weights/initialise.ts';
import type { StateDict } from '../../weights/tensors.ts';

/** The definition of a built-in model, whose name is known to be one. */
export function specOf(name: string): ModelSpec {
  const all: Readonly<Record<string, ModelSpec>> = Object.assign({}, ...builtin.map(({ models }) => models));
  return all[name]!;
}

/** From seed 0. */
export function initialWeights(parameters: readonly ParameterSpec[]): StateDict {
  const state: StateDict = {};
  for (const spec of parameters) state[spec.name] = initialise(spec, 0);
  return state;
}
