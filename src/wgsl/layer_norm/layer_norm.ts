// Layer normalisation over the channels of each pixel (Ba, Kiros, Hinton 2016), as ConvNeXt uses it: torchvision's LayerNorm2d.

import * as z from 'zod/mini';
import { formatShape } from '../../runtime/graph/value.ts';
import { activation, defineOp } from '../op.ts';
import { pixelKernels } from '../shared/each_pixel.ts';
import source from './layer_norm.wgsl';

const attributes = z.object({ eps: z._default(z.number().check(z.positive()), 1e-5) });
export type LayerNormAttributes = z.infer<typeof attributes>;

const kernels = pixelKernels<LayerNormAttributes>('layer_norm', ({ attributes: { eps } }, emitter) => ({
  sources: [source],
  bind: { x: emitter.input('x'), gamma: emitter.input('weight'), beta: emitter.input('bias'), y: emitter.output },
  uniforms: { eps },
}));

/** x [n, C] or [n, C, H, W], weight and bias [C] -> x's shape. */
export const layerNorm = defineOp({
  name: 'layer_norm',
  attributes,
  inputs: ['x', 'weight', 'bias'],
  shape(inputs, _, fail) {
    const x = activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail);
    const channels = x.shape[1];
    for (const name of ['weight', 'bias'])
      if (inputs[name]?.shape.length !== 1 || inputs[name].shape[0] !== channels)
        throw fail(`${name} must be [${channels}] and is ${formatShape(inputs[name]?.shape ?? [])}`);
    return x.shape;
  },
  kernels,
});
