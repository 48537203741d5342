// Radial basis functions: how far a vector is from each of a set of centres (LeCun et al. 1998, equation 7).

import * as z from 'zod/mini';
import { formatShape } from '../../runtime/graph/value.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import source from './radial_basis.wgsl';

const plain: Candidate = {
  name: 'radial_basis',
  suits: () => 1,
  emit(_, emitter) {
    const bind = { x: emitter.input('x'), w: emitter.input('w'), y: emitter.output };
    emitter.step(eachQuad({ name: 'radial_basis', sources: [source], bind }));
  },
};

/** x [n, I], centres w [O, I] -> squared Euclidean distances [n, O]. */
export const radialBasis = defineOp({
  name: 'radial_basis',
  attributes: z.object({}),
  inputs: ['x', 'w'],
  shape(inputs, _, fail) {
    const x = activation(inputs, 'x', 2, fail);
    const [centres, features] = inputs.w?.shape ?? [];
    if (inputs.w?.shape.length !== 2 || typeof centres !== 'number' || features !== x.shape[1])
      throw fail(`centres must be [O,${x.shape[1]}] and are ${formatShape(inputs.w?.shape ?? [])}`);
    return ['n', centres];
  },
  kernels: [plain],
});
