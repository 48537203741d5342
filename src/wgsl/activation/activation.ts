// The activation functions as operators. Most calls vanish into the epilogue of the operator before them.

import * as z from 'zod/mini';
import { defineKernel } from '../kernel.ts';
import { type Candidate, defineOp } from '../op.ts';
import { linearGrid } from '../shared/grid.ts';
import linearIndex from '../shared/linear_index.wgsl';
import { image, strideUniforms } from '../shared/strides.ts';
import source from './activation.wgsl';
import { type ActivationName, activationText, activationUniforms } from './epilogue.ts';

const attributes = z.object({ slope: z._default(z.nullable(z.number()), null) });
type ActivationAttributes = z.infer<typeof attributes>;

function kernel(activation: ActivationName): Candidate<ActivationAttributes> {
  return {
    name: 'activation',
    suits: () => 1,
    emit({ attributes: { slope } }, emitter) {
      const x = emitter.input('x');
      const { channels, height, width, written } = image(emitter.output);
      const perImage = (written / 4) * height * width;
      const epilogue = { activation, slope };
      emitter.step({
        kernel: defineKernel('activation', [source, linearIndex, activationText(epilogue)]),
        bind: { x, y: emitter.output },
        uniforms: (n) => ({
          count: perImage * n,
          height,
          width,
          quads: written / 4,
          channels,
          ...strideUniforms('x', x),
          ...strideUniforms('y', emitter.output),
          ...activationUniforms(epilogue),
        }),
        grid: (n) => linearGrid(perImage * n, 64),
      });
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
