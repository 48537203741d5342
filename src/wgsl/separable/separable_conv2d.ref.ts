// A depthwise separable convolution in float64, from the definition of its two parts; imported by tests only.

import { conv2dReference } from '../conv2d/conv2d.ref.ts';
import type { Reference, Tensor } from '../shared/reference.ref.ts';
import type { SeparableAttributes } from './separable_conv2d.ts';

interface Tensors {
  readonly x: Tensor;
  readonly d: Tensor;
  readonly d_bias: Tensor;
  readonly w: Tensor;
  readonly bias?: Tensor;
  readonly residual?: Tensor;
}

/** What is added up: for each term of the 1x1 convolution, all that its depthwise sum adds up. */
export function separableReference(
  { x, d, d_bias, w, bias, residual }: Tensors,
  { kernel, stride, padding, between }: Pick<SeparableAttributes, 'kernel' | 'stride' | 'padding' | 'between'>,
): Reference {
  const [, C = 1] = x.shape;
  const filters = { shape: [C, 1, ...kernel], data: d.data };
  const depthwise = conv2dReference({ x, w: filters, bias: d_bias }, { stride, padding, dilation: [1, 1], groups: C });
  const low = between ? 0 : Number.NEGATIVE_INFINITY;
  const high = between === 'relu6' ? 6 : Number.POSITIVE_INFINITY;
  const pointwise = (data: Float64Array, of: (value: number) => number) => {
    const point = { shape: [w.shape[0] ?? 1, C, 1, 1], data: Float64Array.from(w.data, of) };
    const others = {
      ...(bias && { bias: { ...bias, data: Float64Array.from(bias.data, of) } }),
      ...(residual && { residual: { ...residual, data: Float64Array.from(residual.data, of) } }),
    };
    const attributes = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
    return conv2dReference(
      { x: { shape: depthwise.shape, data }, w: point, ...others },
      structuredClone(attributes) as never,
    );
  };
  const { y, shape, length } = pointwise(
    depthwise.y.map((v) => Math.min(high, Math.max(low, v))),
    (v) => v,
  );
  const { y: terms } = pointwise(depthwise.terms, Math.abs);
  return { shape, y, terms, length: length + depthwise.length, granted: new Float64Array(y.length) };
}
