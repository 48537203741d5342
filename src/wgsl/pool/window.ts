// The windows of max and average pooling: attributes, the size of the result, and their numbers as uniforms.

import * as z from 'zod/mini';
import type { GraphError } from '../../runtime/errors.ts';
import { formatShape, type Shape } from '../../runtime/graph/value.ts';
import { imageSize } from '../../runtime/plan/layout.ts';
import { wholes } from '../attributes.ts';
import { activation, type Inputs } from '../op.ts';

const pair = wholes(2, 1);

export const windowAttributes = {
  /** Vertical and horizontal, as all pairs. */
  kernel: pair,
  /** null: the kernel's size. */
  stride: z._default(z.nullable(pair), null),
  /** Vertical and horizontal, or top, left, bottom, right. */
  padding: z._default(z.union([wholes(2, 0), wholes(4, 0)]), [0, 0]),
  /** Whether a last window may pass the padded image's end; one that would begin in the padding never counts. */
  ceilMode: z._default(z.boolean(), false),
};

/** Height and width of what was pooled: gradients are made without it. */
export const inputSizeAttribute = pair;

export const dilationAttribute = z._default(pair, [1, 1]);

type Pair = readonly [number, number];

export interface WindowAttributes {
  readonly kernel: Pair;
  readonly stride: Pair | null;
  readonly padding: Pair | readonly [number, number, number, number];
  readonly ceilMode: boolean;
  readonly dilation?: Pair;
}

export interface Window {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  /** Top, left, bottom, right. */
  readonly padding: readonly [number, number, number, number];
}

export function windowOf({ kernel, stride, padding, dilation = [1, 1] }: WindowAttributes): Window {
  const [top, left, bottom = top, right = left] = padding;
  return { kernel, stride: stride ?? kernel, dilation, padding: [top, left, bottom, right] };
}

/** Windows along one axis (0 vertical, 1 horizontal), counted as torch does; below 1 where none fits. */
export function windowCount(size: number, axis: 0 | 1, attributes: WindowAttributes): number {
  const { kernel, stride, dilation, padding } = windowOf(attributes);
  const [before, after, step] = [padding[axis], padding[axis === 0 ? 2 : 3], stride[axis]];
  const room = size + before + after - dilation[axis] * (kernel[axis] - 1) - 1;
  const count = Math.floor((room + (attributes.ceilMode ? step - 1 : 0)) / step) + 1;
  return attributes.ceilMode && (count - 1) * step >= size + before ? count - 1 : count;
}

/** x [n, C, H, W] -> [n, C, P, Q]; throws what `fail` makes where a window does not fit or lies in the padding. */
export function pooledShape(inputs: Inputs, attributes: WindowAttributes, fail: (what: string) => GraphError): Shape {
  const x = activation(inputs, 'x', 4, fail);
  const { channels, height, width } = imageSize(x.shape);
  const { kernel, dilation, padding } = windowOf(attributes);
  for (const [index, sidePadding] of padding.entries()) {
    const axis = index % 2 === 0 ? 0 : 1;
    const reach = dilation[axis] * (kernel[axis] - 1) + 1;
    if (2 * sidePadding > reach)
      throw fail(`padding ${padding} is more than half of the kernel ${kernel.join('x')} with dilation ${dilation}`);
  }
  const [p, q] = [windowCount(height, 0, attributes), windowCount(width, 1, attributes)];
  if (p < 1 || q < 1)
    throw fail(
      `kernel ${kernel.join('x')} does not fit into input ${formatShape(x.shape)} with padding ${padding}, dilation ${dilation}`,
    );
  return ['n', channels, p, q];
}

/** kernel_h, kernel_w, stride_h, stride_w, pad_top, pad_left. */
export function windowUniforms(attributes: WindowAttributes): Record<string, number> {
  const { kernel, stride, padding } = windowOf(attributes);
  return {
    kernel_h: kernel[0],
    kernel_w: kernel[1],
    stride_h: stride[0],
    stride_w: stride[1],
    pad_top: padding[0],
    pad_left: padding[1],
  };
}
