// The gradients of activation functions: which of them read the result, and which the input.

import type { Value } from '../../runtime/graph/value.ts';
import type { GradientRule } from '../gradients.ts';
import { activationGradient, type Differentiable } from './activation_gradient.ts';

function passed(of: Differentiable, v: Value | undefined, dy: Value, name: string, slope = 0): Record<string, Value> {
  return { x: activationGradient.of({ v, dy }, { of, slope }, name) };
}

const fromResult =
  (of: Differentiable): GradientRule =>
  (value, dy) =>
    passed(of, value, dy, value.name);

const fromInput =
  (of: Differentiable): GradientRule =>
  ({ name, inputs: { x } }, dy) =>
    passed(of, x, dy, name);

/** The result has the input's sign where the slope is positive. */
const leakyRelu: GradientRule = (value, dy) => {
  const slope = Number(value.attributes.slope ?? 0.01);
  return passed('leaky_relu', slope > 0 ? value : value.inputs.x, dy, value.name, slope);
};

const elu: GradientRule = (value, dy) => passed('elu', value, dy, value.name, Number(value.attributes.alpha));

export const activationGradients: Readonly<Record<Differentiable, GradientRule>> = {
  relu: fromResult('relu'),
  relu6: fromResult('relu6'),
  sigmoid: fromResult('sigmoid'),
  tanh: fromResult('tanh'),
  hardsigmoid: fromResult('hardsigmoid'),
  leaky_relu: leakyRelu,
  elu,
  silu: fromInput('silu'),
  gelu: fromInput('gelu'),
  hardswish: fromInput('hardswish'),
  softplus: fromInput('softplus'),
  mish: fromInput('mish'),
  gelu_tanh: fromInput('gelu_tanh'),
};
