// What PReLU passes back to its input, and what each element passes to its slope.

import * as z from 'zod/mini';
import { formatShape, sameShape } from '../../runtime/graph/value.ts';
import { type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import { checkPrelu } from './check_prelu.ts';
import source from './prelu_gradient.wgsl';

const attributes = z.object({ of: z.enum(['x', 'weight']) });
export type PreluGradientAttributes = z.infer<typeof attributes>;

const plain: Candidate<PreluGradientAttributes> = {
  name: 'prelu_gradient',
  suits: () => 1,
  emit({ inputs, attributes: { of } }, emitter) {
    emitter.step(
      eachQuad({
        name: 'prelu_gradient',
        sources: [source],
        bind: {
          x: emitter.input('x'),
          weight: emitter.input('weight'),
          dy: emitter.input('dy'),
          y: emitter.output,
        },
        uniforms: { slopes: Number(inputs.weight?.shape[0]), of_weight: of === 'weight' ? 1 : 0 },
      }),
    );
  },
};

/** x, weight, dy -> dx, or of x's shape what is to be summed for the gradient of the weight. */
export const preluGradient = defineOp({
  name: 'prelu_gradient',
  attributes,
  inputs: ['x', 'weight', 'dy'],
  shape(inputs, _, fail) {
    const shape = checkPrelu(inputs, fail);
    if (!sameShape(inputs.dy?.shape ?? [], shape))
      throw fail(`${formatShape(shape)} and ${formatShape(inputs.dy?.shape ?? [])} differ`);
    return shape;
  },
  kernels: [plain],
});
