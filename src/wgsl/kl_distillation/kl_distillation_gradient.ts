// The gradient of distillation.

import { activation, defineOp } from '../op.ts';
import { eachPixel } from '../shared/each_pixel.ts';
import { channelKernels } from '../shared/loss.ts';
import { checkTotal, pairShape } from '../shared/pair_loss.ts';
import { type KlDistillationAttributes, klDistillationAttributes } from './kl_distillation.ts';
import source from './kl_distillation_gradient.wgsl';
import tempered from './tempered.wgsl';

/** x and target, both logits [n, C], dy [1] -> [n, C]. */
export const klDistillationGradient = defineOp({
  name: 'kl_distillation_gradient',
  attributes: klDistillationAttributes,
  inputs: ['x', 'target', 'dy'],
  shape(inputs, _, fail) {
    activation(inputs, 'x', 2, fail);
    checkTotal(inputs, fail);
    return pairShape(inputs, fail);
  },
  kernels: channelKernels<KlDistillationAttributes>('kl_distillation_gradient', (call, emitter, name, wide) => {
    const { temperature, reduction } = call.attributes;
    const bind = { x: emitter.input('x'), t: emitter.input('target'), dy: emitter.input('dy'), y: emitter.output };
    const step = eachPixel({ name, sources: [source, tempered], bind, uniforms: { temperature } }, wide);
    const divisor = (n: number) => (reduction === 'mean' ? n : 1);
    emitter.step({ ...step, uniforms: (n) => ({ ...step.uniforms(n), divisor: divisor(n) }) });
  }),
});
