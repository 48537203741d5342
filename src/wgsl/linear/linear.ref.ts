// A fully connected layer in float64: a 1x1 convolution. Imported by tests only.

import { conv2dReference } from '../conv2d/conv2d.ref.ts';
import type { Reference, Tensor } from '../shared/reference.ref.ts';

/** x [n, I] or [n, I, H, W], w [O, I]. */
export function linearReference(x: Tensor, w: Tensor, bias?: Tensor): Reference {
  const pixels = ({ shape, data }: Tensor) => ({ shape: [...shape, 1, 1].slice(0, 4), data });
  const made = conv2dReference(
    { x: pixels(x), w: pixels(w), ...(bias && { bias }) },
    { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
  );
  return { ...made, shape: made.shape.slice(0, x.shape.length), granted: new Float64Array(made.y.length) };
}
