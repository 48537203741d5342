// Numbers to measure with: the same on every machine.

import { type Tensor, tensor } from '../../runtime/tensor.ts';

/** A batch of noise in [-2, 2), which is where normalised pictures lie. */
export function noise({ channels, size }: { readonly channels: number; readonly size: number }, batch: number): Tensor {
  return tensor(uniform(batch * channels * size * size, 2), [batch, channels, size, size]);
}

/** Xorshift32: numbers in [-scale, scale), the same for the same seed. */
export function uniform(count: number, scale: number, seed = 1): Float32Array<ArrayBuffer> {
  const data = new Float32Array(count);
  let state = Math.imul(seed, 0x9e3779b9) | 1;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    data[i] = (state / 2 ** 31) * scale;
  }
  return data;
}
