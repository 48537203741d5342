// [n, C, H, W] -> [n, C*H*W] in PyTorch's order. Nothing moves where the image is one pixel.

import * as z from 'zod/mini';
import { atBatch } from '../../runtime/graph/value.ts';
import type { Layout } from '../../runtime/plan/layout.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { each } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import source from './flatten.wgsl';

const plain: Candidate = {
  name: 'flatten',
  suits: () => 1,
  emit(_, emitter) {
    const bind = { x: emitter.input('x'), y: emitter.output };
    const { written } = image(emitter.output);
    emitter.step(each({ name: 'flatten', sources: [source], bind }, (n) => written * n));
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
