// Convolution in float64, written from the definition; imported by tests only.

import type { Conv2dAttributes } from './conv2d.ts';

interface Tensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** y, the sum of |terms| of each element, and how many terms the longest sum has. */
export function conv2dReference(
  { x, w, bias, residual }: { x: Tensor; w: Tensor; bias?: Tensor; residual?: Tensor },
  { stride, padding, dilation, groups }: Pick<Conv2dAttributes, 'stride' | 'padding' | 'dilation' | 'groups'>,
) {
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const [K = 1, perGroup = 1, R = 1, S = 1] = w.shape;
  const P = Math.floor((H + padding[0] + padding[2] - dilation[0] * (R - 1) - 1) / stride[0]) + 1;
  const Q = Math.floor((W + padding[1] + padding[3] - dilation[1] * (S - 1) - 1) / stride[1]) + 1;
  const shape = [N, K, P, Q];
  const y = new Float64Array(N * K * P * Q);
  const terms = new Float64Array(y.length);
  let i = 0;
  for (let n = 0; n < N; n++)
    for (let k = 0; k < K; k++)
      for (let p = 0; p < P; p++)
        for (let q = 0; q < Q; q++, i++) {
          const first = Math.floor(k / (K / groups)) * perGroup;
          const add = (term: number) => {
            y[i]! += term;
            terms[i]! += Math.abs(term);
          };
          for (let c = 0; c < perGroup; c++)
            for (let r = 0; r < R; r++) {
              const h = p * stride[0] + r * dilation[0] - padding[0];
              if (h < 0 || h >= H) continue;
              for (let s = 0; s < S; s++) {
                const v = q * stride[1] + s * dilation[1] - padding[1];
                if (v < 0 || v >= W) continue;
                add(x.data[((n * C + first + c) * H + h) * W + v]! * w.data[((k * perGroup + c) * R + r) * S + s]!);
              }
            }
          if (bias) add(bias.data[k]!);
          if (residual) add(residual.data[i]!);
        }
  return { shape, y, terms, length: perGroup * R * S + (bias ? 1 : 0) + (residual ? 1 : 0) };
}
