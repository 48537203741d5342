// A depthwise convolution and the 1x1 convolution of what it makes, at once: a depthwise separable convolution (A. Howard et al.:
// MobileNets, 2017, arXiv:1704.04861, section 3.1). A batch norm before a 1x1 convolution is one too, of 1x1 filters.
// Only the compiler makes it, of what the model has, and only where its one kernel serves.

import * as z from 'zod/mini';
import { atBatch, elementCount, formatShape, type Value } from '../../runtime/graph/value.ts';
import { epilogueAttributes } from '../activation/epilogue.ts';
import { wholes } from '../attributes.ts';
import { activation, defineOp } from '../op.ts';
import { separableTexels } from './separable_texels.ts';

const attributes = z.object({
  /** Of the depthwise convolution: rows and columns of its filters. */
  kernel: wholes(2, 1),
  stride: z._default(wholes(2, 1), [1, 1]),
  /** Zeros around the input: top, left, bottom, right. */
  padding: z._default(wholes(4, 0), [0, 0, 0, 0]),
  /** What follows the depthwise convolution. */
  between: z._default(z.nullable(z.enum(['relu', 'relu6'])), null),
  ...epilogueAttributes,
});

export type SeparableAttributes = z.infer<typeof attributes>;

/** x [n, C, H, W], d [C, ...] with R*S taps for each channel, d_bias [C], w [K, C, ...], bias [K], residual [n, K, P, Q] -> [n, K, P, Q]. */
export const separableConv2d = defineOp({
  name: 'separable_conv2d',
  attributes,
  inputs: ['x', 'd', 'd_bias', 'w', 'bias?', 'residual?'],
  shape(inputs, { kernel, stride, padding: [top, left, bottom, right] }, fail) {
    const x = activation(inputs, 'x', 4, fail);
    const [, channels = 0, height = 0, width = 0] = x.shape.map((dim) => atBatch(dim, 1));
    const filters = atBatch(inputs.w?.shape[0] ?? 0, 1);
    const counts = { d: channels * kernel[0] * kernel[1], d_bias: channels, w: filters * channels };
    for (const [name, count] of Object.entries(counts)) {
      const shape = inputs[name]?.shape ?? [];
      if (elementCount(shape) !== count) throw fail(`${name} must have ${count} numbers and is ${formatShape(shape)}`);
    }
    const p = Math.floor((height + top + bottom - kernel[0]) / stride[0]) + 1;
    const q = Math.floor((width + left + right - kernel[1]) / stride[1]) + 1;
    return ['n', filters, p, q];
  },
  macs({ shape, inputs, attributes: { kernel } }: Value): number {
    const [, , p = 1, q = 1] = shape.map((dim) => atBatch(dim, 1));
    const [rows = 1, columns = 1] = kernel as number[];
    // A batch norm counts nothing.
    const depthwise = rows * columns > 1 ? elementCount(inputs.d?.shape ?? []) : 0;
    return p * q * (elementCount(inputs.w?.shape ?? []) + depthwise);
  },
  kernels: [separableTexels],
});
