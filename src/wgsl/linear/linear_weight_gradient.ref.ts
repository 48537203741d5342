// The gradient of a linear layer's weights in float64: that of a 1x1 convolution's filters. Imported by tests only.

import { conv2dWeightGradientReference } from '../conv2d/conv2d_weight_gradient.ref.ts';
import type { Reference, Tensor } from '../shared/reference.ref.ts';

/** x [n, I] or [n, I, H, W], dy [n, O] or [n, O, H, W]. */
export function linearWeightGradientReference(x: Tensor, dy: Tensor): Reference {
  const made = conv2dWeightGradientReference(x, dy, {
    kernel: [1, 1],
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: 1,
  });
  return { ...made, shape: made.shape.slice(0, 2) };
}
