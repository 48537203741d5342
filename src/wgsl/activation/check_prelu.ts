// What PReLU asks of its inputs: its gradient asks the same, and must not bring the operator along.

import type { GraphError } from '../../runtime/errors.ts';
import { formatShape, type Shape } from '../../runtime/graph/value.ts';
import { activation, type Inputs } from '../op.ts';

/** The shape of x; throws unless the weight is [C] or [1]. */
export function checkPrelu(inputs: Inputs, fail: (what: string) => GraphError): Shape {
  const { shape } = activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail);
  const weight = inputs.weight?.shape ?? [];
  if (weight.length !== 1 || (weight[0] !== 1 && weight[0] !== shape[1]))
    throw fail(`weight must be [1] or [${shape[1]}] and is ${formatShape(weight)}`);
  return shape;
}
