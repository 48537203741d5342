// A model's definition, carried out: from a spec to the graph's last value and its parameters. No device is needed.

import { GraphError } from '../runtime/errors.ts';
import { input, type ParameterSpec, Scope } from '../runtime/graph/scope.ts';
import { formatShape, type Value } from '../runtime/graph/value.ts';
import type { ModelSpec } from './plugin.ts';

export interface BuiltModel {
  readonly logits: Value;
  /** In state_dict order. */
  readonly parameters: readonly ParameterSpec[];
}

/** Throws GraphError for a model whose shapes do not fit together at this size, or that returns anything but its logits. */
export function build(spec: ModelSpec, classes: number, size: number): BuiltModel {
  const scope = Scope.root();
  const logits = spec.build(scope, input('image', ['n', spec.input.channels, size, size]), { classes });
  const expected = formatShape(['n', classes]);
  if (formatShape(logits.shape) !== expected)
    throw new GraphError(
      'shape_mismatch',
      `the model must return its logits, ${expected}, and returns ${logits.name}, ${formatShape(logits.shape)}`,
    );
  return { logits, parameters: scope.parameters };
}
