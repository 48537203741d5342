// The gradient of a convolution's filters in float64, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';
import type { Conv2dWeightGradientAttributes } from './conv2d_weight_gradient.ts';

export function conv2dWeightGradientReference(
  x: Tensor,
  dy: Tensor,
  { kernel, stride, padding, dilation, groups }: Conv2dWeightGradientAttributes,
): Reference {
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const [, K = 1, P = 1, Q = 1] = dy.shape;
  const perGroup = C / groups;
  const [inputAt, gradientAt] = [reader(x), reader(dy)];
  return reference([K, perGroup, ...kernel], N * P * Q, (k, c, r, s) => {
    const channel = Math.floor(k / (K / groups)) * perGroup + c;
    let [y, terms] = [0, 0];
    for (let n = 0; n < N; n++)
      for (let p = 0; p < P; p++) {
        const h = p * stride[0] + r * dilation[0] - padding[0];
        if (h < 0 || h >= H) continue;
        for (let q = 0; q < Q; q++) {
          const v = q * stride[1] + s * dilation[1] - padding[1];
          if (v < 0 || v >= W) continue;
          const term = gradientAt(n, k, p, q) * inputAt(n, channel, h, v);
          y += term;
          terms += Math.abs(term);
        }
      }
    return { y, terms };
  });
}
