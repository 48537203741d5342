// [n, C, H, W] -> [n, C*H*W] in PyTorch's order. Nothing moves where the image is one pixel.

import * as z from 'zod/mini';
import { atBatch } from '../../runtime/graph/value.ts';
import type { Layout } from '../../runtime/plan/layout.ts';
import { defineKernel } from '../kernel.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { linearGrid } from '../shared/grid.ts';
import linearIndex from '../shared/linear_index.wgsl';
import { image, strideUniforms } from '../shared/strides.ts';
import source from './flatten.wgsl';

const plain: Candidate = {
  name: 'flatten',
  suits: () => 1,
  emit(_, emitter) {
    const x = emitter.input('x');
    const { height, width, channels } = image(x);
    const y = image(emitter.output);
    emitter.step({
      kernel: defineKernel('flatten', [source, linearIndex]),
      bind: { x, y: emitter.output },
      uniforms: (n) => ({
        count: y.written * n,
        features: channels * height * width,
        written: y.written,
        height,
        width,
        ...strideUniforms('x', x),
        y_offset: y.offset,
        y_image: y.image,
      }),
      grid: (n) => linearGrid(y.written * n, 64),
    });
  },
};

export const flatten = defineOp({
  name: 'flatten',
  attributes: z.object({}),
  inputs: ['x'],
  shape(inputs, _, fail) {
    const { shape } = activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail);
    return ['n', shape.slice(1).reduce<number>((product, dim) => product * atBatch(dim, 1), 1)];
  },
  view: (_, input: Layout) => (input.kind === 'image' && input.height * input.width === 1 ? input : null),
  kernels: [plain],
});
