// [n, C, H, W] -> [n, C*H*W] in PyTorch's order. Nothing moves where the image is one pixel.

import * as z from 'zod/mini';
import { atBatch, type Value } from '../../runtime/graph/value.ts';
import { imageSize, type Layout } from '../../runtime/plan/layout.ts';
import { late } from '../late.ts';
import { activation, type Candidate, defineOp } from '../op.ts';

const pixels = ({ inputs: { x } }: Pick<Value, 'inputs'>) => {
  const { height, width } = imageSize(x?.shape ?? []);
  return height * width;
};

/** For what is a view, of which nothing is ever emitted. */
const still: Candidate = { name: 'flatten_view', suits: (call) => (pixels(call) > 1 ? 0 : 1), emit() {} };

export const flatten = defineOp({
  name: 'flatten',
  attributes: z.object({}),
  inputs: ['x'],
  shape(inputs, _, fail) {
    const { shape } = activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail);
    return ['n', shape.slice(1).reduce<number>((product, dim) => product * atBatch(dim, 1), 1)];
  },
  view: (_, input: Layout) => (input.kind === 'image' && input.height * input.width === 1 ? input : null),
  kernels: [
    late(
      'flatten',
      (_, value) => pixels(value) > 1,
      () => import('./flatten_pixels.ts'),
    ),
    still,
  ],
});
