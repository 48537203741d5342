// The activation functions as operators. Most calls vanish into the epilogue of the operator before them.

import * as z from 'zod/mini';
import { type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import source from './activation.wgsl';
import { type ActivationName, activationText, activationUniforms } from './epilogue.ts';

const attributes = z.object({ slope: z._default(z.nullable(z.number()), null) });
type ActivationAttributes = z.infer<typeof attributes>;

function kernel(activation: ActivationName): Candidate<ActivationAttributes> {
  return {
    name: 'activation',
    suits: () => 1,
    emit({ attributes: { slope } }, emitter) {
      const epilogue = { activation, slope };
      emitter.step(
        eachQuad({
          name: 'activation',
          sources: [source, activationText(epilogue)],
          bind: { x: emitter.input('x'), y: emitter.output },
          uniforms: activationUniforms(epilogue),
        }),
      );
    },
  };
}

function define(name: ActivationName) {
  return defineOp({
    name,
    attributes,
    inputs: ['x'],
    shape: ({ x }, _, fail) => {
      if (!x) throw fail('input x is missing');
      return x.shape;
    },
    kernels: [kernel(name)],
  });
}

export const relu = define('relu');
export const relu6 = define('relu6');
export const sigmoid = define('sigmoid');
export const tanh = define('tanh');
export const silu = define('silu');
/** v Phi(v), not torch's approximation by tanh. */
export const gelu = define('gelu');
export const hardswish = define('hardswish');
export const hardsigmoid = define('hardsigmoid');
/** `slope` is the factor below zero; torch's default is 0.01. */
export const leakyRelu = define('leaky_relu');
