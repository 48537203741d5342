// The models that come with convoke, built without a device.

import { builtin } from '../../src/models/builtin.ts';
import type { ModelSpec } from '../../src/registry/plugin.ts';
import { type Graph, graphOf } from '../../src/runtime/graph/graph.ts';
import { input, type ParameterSpec, Scope } from '../../src/runtime/graph/scope.ts';
import type { Value } from '../../src/runtime/graph/value.ts';

/** Every built-in model by name. */
export const models: Readonly<Record<string, ModelSpec>> = Object.assign({}, ...builtin.map(({ models }) => models));

export interface BuiltModel {
  readonly logits: Value;
  /** The state_dict, in order. */
  readonly parameters: readonly ParameterSpec[];
  /** All that the logits need. */
  readonly graph: Graph;
}

/** The model's graph for square images of the size it was made for, or of another. */
export function buildModel(name: string, { size, classes }: { size?: number; classes?: number } = {}): BuiltModel {
  const spec = models[name];
  if (!spec) throw new Error(`there is no built-in model ${name}`);
  const side = size ?? spec.input.size;
  const root = Scope.root();
  const image = input('image', ['n', spec.input.channels, side, side]);
  const logits = spec.build(root, image, { classes: classes ?? spec.classes });
  return { logits, parameters: root.parameters, graph: graphOf({ logits }) };
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
