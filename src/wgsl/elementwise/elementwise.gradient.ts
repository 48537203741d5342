// The gradients of addition and multiplication: what was repeated gets the sum over its copies.

import { sameShape, type Value } from '../../runtime/graph/value.ts';
import type { GradientRule } from '../gradients.ts';
import { broadcastSum } from '../reduce/broadcast_sum.ts';
import { mul } from './elementwise.ts';

function sumTo(operand: Value, x: Value, by: Value | undefined, name: string): Value {
  const batch = operand.shape[0] === 'n';
  const shape = operand.shape.filter((dim) => dim !== 'n');
  return broadcastSum.of({ x, by }, { shape, batch }, name);
}

const whole = (operand: Value | undefined, { shape }: Value) => sameShape(operand?.shape ?? [], shape);

/** y = a + b: da = dy, db = dy. */
export const addGradient: GradientRule = ({ name, inputs }, dy, wanted) =>
  Object.fromEntries(
    Object.entries(inputs)
      .filter(([key]) => wanted.has(key))
      .map(([key, operand]) => [key, whole(operand, dy) ? dy : sumTo(operand, dy, undefined, name)]),
  );

/** y = a b: da = b dy, db = a dy. */
export const mulGradient: GradientRule = ({ name, inputs: { a, b } }, dy, wanted) => {
  const of = (operand: Value | undefined, other: Value | undefined): Value =>
    operand && !whole(operand, dy) ? sumTo(operand, dy, other, name) : mul.of({ a: dy, b: other }, {}, name);
  return { ...(wanted.has('a') && { a: of(a, b) }), ...(wanted.has('b') && { b: of(b, a) }) };
};
