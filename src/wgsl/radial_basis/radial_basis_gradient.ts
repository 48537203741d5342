// What squared distances pass back to the vectors and to the centres.

import * as z from 'zod/mini';
import type { GraphError } from '../../runtime/errors.ts';
import { formatShape, type Shape } from '../../runtime/graph/value.ts';
import { activation, defineOp, type Inputs } from '../op.ts';
import { each, eachQuad } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import source from './radial_basis_gradient.wgsl';
import centresText from './radial_basis_gradient_centres.wgsl';

const inputNames = ['x', 'w', 'dy'];

/** The shapes of x and w; throws unless they and dy [n, O] fit. */
function check(inputs: Inputs, fail: (what: string) => GraphError): { x: Shape; w: Shape } {
  const { shape: x } = activation(inputs, 'x', 2, fail);
  const { shape: dy } = activation(inputs, 'dy', 2, fail);
  const w = inputs.w?.shape ?? [];
  if (w.length !== 2 || w[0] !== dy[1] || w[1] !== x[1])
    throw fail(`centres must be [${dy[1]},${x[1]}] and are ${formatShape(w)}`);
  return { x, w };
}

/** x [n, I], centres w [O, I], dy [n, O] -> dx. */
export const radialBasisGradient = defineOp({
  name: 'radial_basis_gradient',
  attributes: z.object({}),
  inputs: inputNames,
  shape: (inputs, _, fail) => check(inputs, fail).x,
  kernels: [
    {
      name: 'radial_basis_gradient',
      suits: () => 1,
      emit(_, emitter) {
        const bind = { x: emitter.input('x'), w: emitter.input('w'), dy: emitter.input('dy'), y: emitter.output };
        emitter.step(eachQuad({ name: 'radial_basis_gradient', sources: [source], bind }));
      },
    },
  ],
});

/** The same inputs -> dw. */
export const radialBasisGradientCentres = defineOp({
  name: 'radial_basis_gradient_centres',
  attributes: z.object({}),
  inputs: inputNames,
  shape: (inputs, _, fail) => check(inputs, fail).w,
  kernels: [
    {
      name: 'radial_basis_gradient_centres',
      suits: () => 1,
      emit(_, emitter) {
        const bind = { x: emitter.input('x'), w: emitter.input('w'), dy: emitter.input('dy'), y: emitter.output };
        const weights = image(bind.x).channels * image(bind.dy).channels;
        const step = each({ name: 'radial_basis_gradient_centres', sources: [centresText], bind }, () => weights);
        emitter.step({ ...step, uniforms: (n) => ({ ...step.uniforms(n), images: n }) });
      },
    },
  ],
});
