// Layer normalisation over the channels of each pixel (Ba, Kiros, Hinton 2016), as ConvNeXt uses it: torchvision's LayerNorm2d.

import * as z from 'zod/mini';
import { atBatch, formatShape } from '../../runtime/graph/value.ts';
import { defineKernel } from '../kernel.ts';
import { activation, type Candidate, defineOp, type Emitter } from '../op.ts';
import { linearGrid } from '../shared/grid.ts';
import linearIndex from '../shared/linear_index.wgsl';
import { image, strideUniforms } from '../shared/strides.ts';
import source from './layer_norm.wgsl';
import wideSource from './layer_norm_wide.wgsl';
import scaleShift from './scale_shift.wgsl';

const attributes = z.object({ eps: z._default(z.number().check(z.positive()), 1e-5) });
export type LayerNormAttributes = z.infer<typeof attributes>;

// From this many channels, one invocation a pixel is the slower way on a GPU, as it is for softmax.
const WIDE_CHANNELS = 128;

function emit(name: string, text: string, pixelsPerGroup: number, eps: number, emitter: Emitter): void {
  const x = emitter.input('x');
  const { channels, height, width, written } = image(emitter.output);
  emitter.step({
    kernel: defineKernel(name, [text, scaleShift, linearIndex]),
    bind: { x, gamma: emitter.input('weight'), beta: emitter.input('bias'), y: emitter.output },
    uniforms: (n) => ({
      count: height * width * n,
      height,
      width,
      quads: written / 4,
      channels,
      eps,
      ...strideUniforms('x', x),
      ...strideUniforms('y', emitter.output),
    }),
    grid: (n) => linearGrid(height * width * n, pixelsPerGroup),
  });
}

const plain: Candidate<LayerNormAttributes> = {
  name: 'layer_norm',
  suits: () => 1,
  emit: ({ attributes: { eps } }, emitter) => emit('layer_norm', source, 64, eps, emitter),
};

const wide: Candidate<LayerNormAttributes> = {
  name: 'layer_norm_wide',
  suits: ({ value, facts }) => (!facts.fallback && atBatch(value.shape[1] ?? 1, 1) >= WIDE_CHANNELS ? 2 : 0.5),
  emit: ({ attributes: { eps } }, emitter) => emit('layer_norm_wide', wideSource, 1, eps, emitter),
};

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
  kernels: [plain, wide],
});
