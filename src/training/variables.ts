// What a training step keeps beside the model's own parameters: momentum, sums of gradients, averaged weights, constants.

import type { ParameterSpec } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import type { NamedTensor, StateDict } from '../weights/tensors.ts';

/** Lives from step to step. It starts as one number everywhere, as the numbers given, or as a copy of a parameter. */
export interface Variable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: number | readonly number[] | { readonly copyOf: string };
}

/** What each of a step's variables is called: a prefix, and the parameter's name. */
export const prefixes = {
  optimizer: 'optimizer.',
  sum: 'accumulated.',
  average: 'average.',
  constant: 'loss.',
} as const;

/** The variable that holds a parameter's average. */
export const averageOf = (parameter: string): string => prefixes.average + parameter;

/** Collects the variables of a graph while it is built. */
export class Variables {
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  readonly #declared = new Map<string, Variable>();

  constructor(parameters: readonly ParameterSpec[]) {
    this.#shapes = new Map(parameters.map(({ name, shape }) => [name, shape]));
  }

  get all(): readonly Variable[] {
    return [...this.#declared.values()];
  }

  declare(variable: Variable): Value {
    const { name, shape } = variable;
    this.#declared.set(name, variable);
    return { kind: 'parameter', name, shape, inputs: {}, attributes: {} };
  }

  /** One that goes with a parameter; where a layer was split, with those of its rows. */
  declareFor(prefix: string, parameter: Value, initial: Variable['initial']): Value {
    const name = prefix + parameter.name;
    const shape = this.#shapes.get(parameter.name);
    if (!shape) throw new TypeError(`the model has no parameter ${parameter.name}`);
    this.#declared.set(name, { name, shape, initial });
    return { ...parameter, name };
  }
}

/** A variable's first numbers. */
export function initialOf({ name, shape, initial }: Variable, state: StateDict): NamedTensor {
  const data = new Float32Array(shape.reduce((product, dim) => product * dim, 1));
  if (typeof initial === 'number') data.fill(initial);
  else data.set('copyOf' in initial ? state[initial.copyOf]!.data : initial);
  return { name, shape, data };
}
