// [n, C*H*W] -> [n, C, H, W] in PyTorch's order: what flatten passes back. Nothing moves where the image is one pixel.

import * as z from 'zod/mini';
import { formatShape } from '../../runtime/graph/value.ts';
import { wholes } from '../attributes.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachChannel } from '../shared/frame.ts';
import source from './unflatten.wgsl';

const attributes = z.object({
  /** Channels, height, width. */
  shape: wholes(3, 1),
});

const plain: Candidate<z.infer<typeof attributes>> = {
  name: 'unflatten',
  suits: () => 1,
  emit(_, emitter) {
    const bind = { x: emitter.input('x'), y: emitter.output };
    emitter.step(eachChannel({ name: 'unflatten', sources: [source], bind }));
  },
};

export const unflatten = defineOp({
  name: 'unflatten',
  attributes,
  inputs: ['x'],
  shape(inputs, { shape }, fail) {
    const [, features] = activation(inputs, 'x', 2, fail).shape;
    const [channels, height, width] = shape;
    if (features !== channels * height * width) throw fail(`${features} features are not ${formatShape(shape)}`);
    return ['n', ...shape];
  },
  view: ({ shape: [, , height, width] }, input) => (height === 1 && width === 1 ? input : null),
  kernels: [plain],
});
