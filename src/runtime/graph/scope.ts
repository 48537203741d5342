// Scopes: where a model's parameters get their names. `scope.at('layer1').at(0)` extends the path, so the names are torchvision's.

import { GraphError } from '../errors.ts';
import { formatShape, type Value } from './value.ts';

/** How a parameter that no file gives is filled: the law and its one number, or the numbers themselves. */
export type Init =
  | { readonly law: 'constant'; readonly value: number }
  | { readonly law: 'normal'; readonly std: number }
  | { readonly law: 'uniform'; readonly bound: number }
  | { readonly law: 'given'; readonly values: readonly number[] };

/** An entry of the state_dict. Buffers (running statistics) are entries too; `optional` ones may be absent from a file. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly init: Init;
  readonly role: 'weight' | 'buffer';
  readonly optional: boolean;
  readonly value: Value;
}

/** A place in the tree of modules. Parameters are declared in state_dict order. */
export class Scope {
  readonly path: string;
  readonly #declared: Map<string, ParameterSpec>;

  private constructor(path: string, declared: Map<string, ParameterSpec>) {
    this.path = path;
    this.#declared = declared;
  }

  static root(): Scope {
    return new Scope('', new Map());
  }

  at(name: string | number): Scope {
    return new Scope(this.#join(String(name)), this.#declared);
  }

  /** Declares a trained parameter here and returns its value. Throws GraphError when the name is taken. */
  parameter(name: string, shape: readonly number[], init: Init): Value {
    return this.#declare({ name, shape, init, role: 'weight', optional: false });
  }

  /** Declares an entry of the state_dict that is not trained, such as a running mean. */
  buffer(name: string, shape: readonly number[], init: Init, { optional = false } = {}): Value {
    return this.#declare({ name, shape, init, role: 'buffer', optional });
  }

  /** Everything declared anywhere in the tree, in order. */
  get parameters(): readonly ParameterSpec[] {
    return [...this.#declared.values()];
  }

  #join(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  #declare(spec: Omit<ParameterSpec, 'value'>): Value {
    const name = this.#join(spec.name);
    if (this.#declared.has(name)) throw new GraphError('duplicate_name', `the model declares parameter ${name} twice`);
    if (!spec.shape.every((dim) => Number.isInteger(dim) && dim > 0))
      throw new GraphError('shape_mismatch', `parameter ${name} has shape ${formatShape(spec.shape)}`);
    const value: Value = { kind: 'parameter', name, shape: spec.shape, inputs: {}, attributes: {} };
    this.#declared.set(name, { ...spec, name, value });
    return value;
  }
}

/** A model's input: `input('image', ['n', 3, 224, 224])`. */
export function input(name: string, shape: Value['shape']): Value {
  return { kind: 'input', name, shape, inputs: {}, attributes: {} };
}
