// What a row of the kernel benches is made of: an operator applied to tensors of noise.

import type { Attributes, Value } from '../../runtime/graph/value.ts';
import type { Layer, Sum } from './layers.ts';
import { uniform } from './noise.ts';

/** `parameter` ones reach the operator as weights do, `rows` ones without a batch, the others as activations. */
export interface LayerTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
  readonly parameter?: boolean;
  readonly rows?: boolean;
}

/** A tensor that is made when it is asked for: all rows together would take a gigabyte. */
interface Recipe extends Omit<LayerTensor, 'data'> {
  make(): Float32Array<ArrayBuffer>;
}

interface AnyOperator {
  readonly name: string;
  of(inputs: Readonly<Record<string, Value | undefined>>, attributes: never, name: string): Value;
}

export function call(
  name: string,
  operator: AnyOperator,
  recipes: Readonly<Record<string, Recipe>>,
  attributes: Attributes,
  sum: Sum,
): Layer {
  const entries = Object.entries(recipes);
  const inputs = Object.fromEntries(entries.map(([key, recipe]) => [key, graphInput(key, recipe)]));
  const [, first] = entries.find(([, { parameter, rows }]) => !parameter && !rows)!;
  const batch = first.shape[0] ?? 1;
  const value = operator.of(inputs, attributes as never, operator.name);
  return {
    title: `${operator.name} ${name}`,
    value,
    batch,
    flops: sum.perElement ? sum.perElement * elements(first.shape) : 2 * batch * (value.operator?.macs(value) ?? 0),
    tensors: () => Object.fromEntries(entries.map(([key, { make, ...recipe }]) => [key, { ...recipe, data: make() }])),
    sum,
  };
}

function graphInput(name: string, { shape, parameter, rows }: Recipe): Value {
  return {
    kind: parameter ? 'parameter' : 'input',
    name,
    shape: parameter || rows ? shape : ['n', ...shape.slice(1)],
    inputs: {},
    attributes: {},
  };
}

export function activation(shape: readonly number[], seed = 1): Recipe {
  return { shape, make: () => uniform(elements(shape), 1, seed) };
}

/** Uniform, with the variance that keeps the result's near the input's. */
export function parameter(shape: readonly number[], fanIn: number, seed: number): Recipe {
  return { shape, make: () => uniform(elements(shape), Math.sqrt(3 / fanIn), seed), parameter: true };
}

/** Rows without a batch, each around a value of its own: at most a tenth above or below. */
export function row(shape: readonly number[], around: readonly number[], seed: number): Recipe {
  const perRow = elements(shape) / around.length;
  const make = () => uniform(elements(shape), 0.1, seed).map((off, i) => around[Math.floor(i / perRow)]! * (1 + off));
  return { shape, make, rows: true };
}

export function positive(tensor: LayerTensor): LayerTensor {
  return { ...tensor, data: tensor.data.map(Math.abs) };
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
