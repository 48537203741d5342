// Values: the nodes of a graph. A value is what one operator makes of other values, and it never changes.

import type { Operator } from '../../wgsl/op.ts';

/** A dimension: a number, or `n`, the batch size, which is known only when a plan is made. */
export type Dim = number | 'n';

/** Row-major, as PyTorch counts: activations are [n, c, h, w] or [n, features], whatever lies in memory. */
export type Shape = readonly Dim[];

export type Attribute = number | boolean | string | readonly number[] | readonly boolean[] | null;
export type Attributes = Readonly<Record<string, Attribute>>;

/** What an operator made. `kind` tells apart what comes from outside: the model's input and its parameters. */
export interface Value {
  readonly kind: 'input' | 'parameter' | 'operator';
  /** The parameter's state_dict name, the input's name, or the module path an operator belongs to. */
  readonly name: string;
  readonly shape: Shape;
  /** Absent for inputs and parameters. */
  readonly operator?: Operator;
  readonly inputs: Readonly<Record<string, Value>>;
  readonly attributes: Attributes;
}

/** `[n,64,56,56]`, as errors and printed graphs show it. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(',')}]`;
}

/** The number of elements of a shape that has no batch dimension. */
export function elementCount(shape: Shape): number {
  return shape.reduce<number>((product, dim) => product * atBatch(dim, 1), 1);
}

/** A dimension's size when the batch has `n` images. */
export function atBatch(dim: Dim, n: number): number {
  return dim === 'n' ? n : dim;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Whether the value's size follows the batch size, which is what makes it an activation. */
export function hasBatch(value: Value): boolean {
  return value.shape[0] === 'n';
}
