// Activation functions of few models. No operator takes them into its epilogue, so only who imports them downloads them.

import * as z from 'zod/mini';
import type { Attributes } from '../../runtime/graph/value.ts';
import { defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import eluText from './activate_elu.wgsl';
import geluTanhText from './activate_gelu_tanh.wgsl';
import mishText from './activate_mish.wgsl';
import softplusText from './activate_softplus.wgsl';
import source from './activation.wgsl';

function define<S extends z.ZodMiniType<Attributes>>(name: string, text: string, attributes: S) {
  return defineOp({
    name,
    attributes,
    inputs: ['x'],
    shape: ({ x }, _, fail) => {
      if (!x) throw fail('input x is missing');
      return x.shape;
    },
    kernels: [
      {
        name: 'activation',
        suits: () => 1,
        emit(call, emitter) {
          const { alpha = 0 } = call.attributes as { alpha?: number };
          const bind = { x: emitter.input('x'), y: emitter.output };
          emitter.step(
            eachQuad({ name: 'activation', sources: [source, text], bind, uniforms: { low: alpha, high: 0 } }),
          );
        },
      },
    ],
  });
}

/** `alpha` is what it ends at far below zero, its sign turned. */
export const elu = define('elu', eluText, z.object({ alpha: z._default(z.number().check(z.nonnegative()), 1) }));
export const softplus = define('softplus', softplusText, z.object({}));
export const mish = define('mish', mishText, z.object({}));
/** torch's GELU with `approximate='tanh'`. */
export const geluTanh = define('gelu_tanh', geluTanhText, z.object({}));
