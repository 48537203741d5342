// The models that come with convoke, built without a device.

import { builtin } from '../../src/models/builtin.ts';
import { type BuiltModel, build, type Dimensions, defaults } from '../../src/registry/build.ts';
import type { ModelSpec } from '../../src/registry/plugin.ts';
import type { Value } from '../../src/runtime/graph/value.ts';

/** Every built-in model by name. */
export const models: Readonly<Record<string, ModelSpec>> = Object.assign({}, ...builtin.map(({ models }) => models));

/** The model's graph for square images of the size it was made for, or of another. */
export function buildModel(name: string, given: Partial<Dimensions> = {}): BuiltModel {
  const spec = models[name];
  if (!spec) throw new Error(`there is no built-in model ${name}`);
  return build(spec, { ...defaults(spec), ...given });
}

/**
 * What the torch module of that name returns: the value named after it, or for a module that holds others the last value
 * made in it. Throws where the graph has nothing of that name.
 */
export function moduleOutput({ graph }: BuiltModel, name: string): Value {
  const made = graph.values.filter(({ kind }) => kind === 'operator');
  const found = made.findLast((value) => value.name === name || value.name.startsWith(`${name}.`));
  if (!found) throw new Error(`no value is made in ${name}`);
  return found;
}
