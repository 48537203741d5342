// Losses that compare x with a target of its shape, number by number, and their gradients: an operator gives `term` and `slope`.

import * as z from 'zod/mini';
import type { GraphError } from '../../runtime/errors.ts';
import { formatShape, type Shape, sameShape } from '../../runtime/graph/value.ts';
import { activation, defineOp, type Inputs } from '../op.ts';
import { eachQuad } from './frame.ts';
import { elements, lossKernels, reduction } from './loss.ts';
import source from './pair_loss.wgsl';
import gradientText from './pair_loss_gradient.wgsl';

const attributes = z.object({ reduction });

/** x and target [n, C] or [n, C, H, W] -> [1]. `term` has `fn term(x: vec4f, t: vec4f) -> vec4f`. */
export function pairLoss(name: string, term: string) {
  return defineOp({
    name,
    attributes,
    inputs: ['x', 'target'],
    shape(inputs, _, fail) {
      pairShape(inputs, fail);
      return [1];
    },
    kernels: lossKernels<z.infer<typeof attributes>>(name, (_, emitter) => ({
      sources: [source, term],
      bind: { x: emitter.input('x'), t: emitter.input('target') },
    })),
  });
}

/** x, target, dy [1] -> x's shape. `slope` has `fn slope(x: vec4f, t: vec4f) -> vec4f`, the term's derivative by x. */
export function pairLossGradient(name: string, slope: string) {
  return defineOp({
    name,
    attributes,
    inputs: ['x', 'target', 'dy'],
    shape(inputs, _, fail) {
      checkTotal(inputs, fail);
      return pairShape(inputs, fail);
    },
    kernels: [
      {
        name,
        suits: () => 1,
        emit({ value, attributes: { reduction: by } }, emitter) {
          const bind = {
            x: emitter.input('x'),
            t: emitter.input('target'),
            dy: emitter.input('dy'),
            y: emitter.output,
          };
          const step = eachQuad({ name, sources: [gradientText, slope], bind });
          const divisor = (n: number) => (by === 'mean' ? elements(value)(n) : 1);
          emitter.step({ ...step, uniforms: (n) => ({ ...step.uniforms(n), divisor: divisor(n) }) });
        },
      },
    ],
  });
}

export function pairShape(inputs: Inputs, fail: (what: string) => GraphError): Shape {
  const { shape } = activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail);
  const other = inputs.target?.shape ?? [];
  if (!sameShape(shape, other)) throw fail(`target must be ${formatShape(shape)} and is ${formatShape(other)}`);
  return shape;
}

/** The gradient of a batch's loss. */
export function checkTotal({ dy }: Inputs, fail: (what: string) => GraphError): void {
  if (!dy || !sameShape(dy.shape, [1])) throw fail(`dy must be [1] and is ${formatShape(dy?.shape ?? [])}`);
}
