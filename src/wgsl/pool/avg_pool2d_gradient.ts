// The gradient of average pooling: each window's, over its divisor, goes to all of its pixels.

import * as z from 'zod/mini';
import { formatShape } from '../../runtime/graph/value.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { blocksSuit, gatherBlocks, gatherPixels } from './gradient.ts';
import { inputSizeAttribute, pooledShape, windowAttributes } from './window.ts';
import mean from './window_mean.wgsl';

const attributes = z.object({ ...windowAttributes, countIncludePad: z.boolean(), inputSize: inputSizeAttribute });
export type AvgPool2dGradientAttributes = z.infer<typeof attributes>;

const plain: Candidate<AvgPool2dGradientAttributes> = {
  name: 'avg_pool2d_gradient',
  suits: () => 1,
  emit: (call, emitter) => gatherPixels(call, emitter, means('avg_pool2d_gradient', call.attributes)),
};

const blocks: Candidate<AvgPool2dGradientAttributes> = {
  name: 'avg_pool2d_gradient_blocks',
  suits: (call) => (blocksSuit(call) ? 2 : 0),
  emit: (call, emitter) => gatherBlocks(call, emitter, means('avg_pool2d_gradient_blocks', call.attributes)),
};

function means(name: string, { countIncludePad }: AvgPool2dGradientAttributes) {
  return { name, sources: [mean], bind: {}, includePadding: countIncludePad };
}

/** dy [n, C, P, Q] -> [n, C, H, W], the size of what was pooled. */
export const avgPool2dGradient = defineOp({
  name: 'avg_pool2d_gradient',
  attributes,
  inputs: ['dy'],
  shape(inputs, given, fail) {
    const dy = activation(inputs, 'dy', 4, fail);
    const shape = ['n', dy.shape[1] ?? 0, ...given.inputSize] as const;
    const expected = formatShape(pooledShape({ x: { ...dy, shape } }, given, fail));
    if (formatShape(dy.shape) !== expected) throw fail(`dy must be ${expected} and is ${formatShape(dy.shape)}`);
    return shape;
  },
  kernels: [plain, blocks],
});
