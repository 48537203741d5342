// The sum of each channel, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';

export function channelSumReference(x: Tensor): Reference {
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const at = reader(x);
  return reference([C], N * H * W, (c) => {
    let [y, terms] = [0, 0];
    for (let n = 0; n < N; n++)
      for (let h = 0; h < H; h++)
        for (let w = 0; w < W; w++) {
          y += at(n, c, h, w);
          terms += Math.abs(at(n, c, h, w));
        }
    return { y, terms };
  });
}
