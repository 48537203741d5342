// What activation functions pass back. Where a function's result says enough, it is that which is read, not the input: then
// nothing but the result need be kept, and the function still vanishes into the operator before it.

import * as z from 'zod/mini';
import { formatShape, sameShape } from '../../runtime/graph/value.ts';
import { type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import source from './activation_gradient.wgsl';
import elu from './gradient_elu.wgsl';
import gelu from './gradient_gelu.wgsl';
import geluTanh from './gradient_gelu_tanh.wgsl';
import hardsigmoid from './gradient_hardsigmoid.wgsl';
import hardswish from './gradient_hardswish.wgsl';
import leakyRelu from './gradient_leaky_relu.wgsl';
import mish from './gradient_mish.wgsl';
import relu from './gradient_relu.wgsl';
import relu6 from './gradient_relu6.wgsl';
import sigmoid from './gradient_sigmoid.wgsl';
import silu from './gradient_silu.wgsl';
import softplus from './gradient_softplus.wgsl';
import tanh from './gradient_tanh.wgsl';

export const differentiable = [
  'relu',
  'relu6',
  'sigmoid',
  'tanh',
  'silu',
  'gelu',
  'hardswish',
  'hardsigmoid',
  'leaky_relu',
  'elu',
  'softplus',
  'mish',
  'gelu_tanh',
] as const;

export type Differentiable = (typeof differentiable)[number];

const texts: Readonly<Record<Differentiable, string>> = {
  relu,
  relu6,
  sigmoid,
  tanh,
  silu,
  gelu,
  hardswish,
  hardsigmoid,
  leaky_relu: leakyRelu,
  elu,
  softplus,
  mish,
  gelu_tanh: geluTanh,
};

const attributes = z.object({
  of: z.enum(differentiable),
  /** leaky_relu's slope, elu's alpha; 0 elsewhere. */
  slope: z._default(z.number(), 0),
});
export type ActivationGradientAttributes = z.infer<typeof attributes>;

const plain: Candidate<ActivationGradientAttributes> = {
  name: 'activation_gradient',
  suits: () => 1,
  emit({ attributes: { of, slope } }, emitter) {
    emitter.step(
      eachQuad({
        name: 'activation_gradient',
        sources: [source, texts[of]],
        bind: { v: emitter.input('v'), dy: emitter.input('dy'), y: emitter.output },
        uniforms: { slope },
      }),
    );
  },
};

/** v, the function's input or result, and dy, both of one shape -> dx. */
export const activationGradient = defineOp({
  name: 'activation_gradient',
  attributes,
  inputs: ['v', 'dy'],
  shape({ v, dy }, _, fail) {
    if (!v || !dy || !sameShape(v.shape, dy.shape))
      throw fail(`${formatShape(v?.shape ?? [])} and ${formatShape(dy?.shape ?? [])} differ`);
    return v.shape;
  },
  kernels: [plain],
});
