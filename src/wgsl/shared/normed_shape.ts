// The shapes that the operators of a norm take.

import type { GraphError } from '../../runtime/errors.ts';
import { formatShape, type Shape } from '../../runtime/graph/value.ts';
import { activation, type Inputs } from '../op.ts';

/** An activation's shape, x's or else dy's; of the others each, by its name, has so many numbers a channel: [C] or [2, C]. */
export function normedShape(
  inputs: Inputs,
  others: Readonly<Record<string, 1 | 2>>,
  fail: (what: string) => GraphError,
): Shape {
  const key = inputs.x ? 'x' : 'dy';
  const x = activation(inputs, key, inputs[key]?.shape.length === 2 ? 2 : 4, fail);
  const channels = Number(x.shape[1]);
  for (const [name, rows] of Object.entries(others)) {
    const expected = formatShape(rows === 1 ? [channels] : [rows, channels]);
    const is = formatShape(inputs[name]?.shape ?? []);
    if (is !== expected) throw fail(`${name} must be ${expected} and is ${is}`);
  }
  for (const name of ['dy', 'residual']) {
    const other = inputs[name];
    if (other && formatShape(other.shape) !== formatShape(x.shape))
      throw fail(`${name} must be ${formatShape(x.shape)} and is ${formatShape(other.shape)}`);
  }
  return x.shape;
}
