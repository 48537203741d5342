// How the mean squared error is differentiated: (x - t)^2 has the slopes 2 (x - t) by x and 2 (t - x) by t.

import type { Value } from '../../runtime/graph/value.ts';
import type { GradientRule } from '../gradients.ts';
import { meanSquaredErrorGradient } from './mean_squared_error_gradient.ts';

export const meanSquaredErrorRule: GradientRule = ({ inputs: { x, target }, attributes, name }, dy, wanted) => {
  const of = (own: Value | undefined, other: Value | undefined) =>
    meanSquaredErrorGradient.of({ x: own, target: other, dy }, attributes as never, name);
  return { ...(wanted.has('x') && { x: of(x, target) }), ...(wanted.has('target') && { target: of(target, x) }) };
};
