// Tensors: what is kept, what is copied, what is refused.

import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/runtime/tensor.ts';

describe('tensor', () => {
  it('keeps a Float32Array, a view of a larger one too', async () => {
    const whole = Float32Array.of(0, 1, 2, 3, 4, 5);
    const part = whole.subarray(2);
    const x = tensor(part, [2, 2]);
    expect(x.shape).toEqual([2, 2]);
    expect(await x.data()).toBe(part);
  });

  it('converts other numbers to float32', async () => {
    const data = await tensor([0.1, 2], [2]).data();
    expect(data).toBeInstanceOf(Float32Array);
    expect(Array.from(data)).toEqual([Math.fround(0.1), 2]);
    expect(Array.from(await tensor(Uint8Array.of(3), [1, 1]).data())).toEqual([3]);
  });

  it('copies shared memory, which WebGPU does not take', async () => {
    const data = new Float32Array(new SharedArrayBuffer(8));
    data[1] = 7;
    const kept = await tensor(data, [2]).data();
    expect(kept.buffer).toBeInstanceOf(ArrayBuffer);
    expect(Array.from(kept)).toEqual([0, 7]);
  });

  it('does not change with the array its shape was given as', () => {
    const shape = [1, 2];
    const x = tensor([1, 2], shape);
    shape[0] = 9;
    expect(x.shape).toEqual([1, 2]);
  });

  it('takes scalars and empty tensors', async () => {
    expect(Array.from(await tensor([5], []).data())).toEqual([5]);
    expect((await tensor([], [0, 3]).data()).length).toBe(0);
  });

  it.each([
    [[1, 2, 3], [2, 2], 'a tensor of shape [2,2] has 4 numbers, 3 were given'],
    [[1, 2], [-1, -2], 'a tensor of shape [-1,-2]: -1 is no length of a dimension'],
    [[1], [0.5, 2], 'a tensor of shape [0.5,2]: 0.5 is no length of a dimension'],
    [[1], [Number.NaN], 'a tensor of shape [NaN]: NaN is no length of a dimension'],
  ])('refuses %j as %j', (data, shape, message) => {
    expect(() => tensor(data, shape)).toThrow(expect.objectContaining({ code: 'invalid_argument', message }));
  });
});
