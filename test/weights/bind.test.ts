// Binding: all problems at once, counters optional.
import { expect, it } from 'vitest';
import { WeightsError } from '../../src/runtime/errors.ts';
import { bind, stateReader } from '../../src/weights/bind.ts';
import type { TensorInfo } from '../../src/weights/tensors.ts';

const info = (name: string, ...shape: number[]): TensorInfo => ({ name, dtype: 'F32', shape });
const model = [
  { name: 'fc.weight', shape: [1000, 512] },
  { name: 'fc.bias', shape: [1000] },
  { name: 'bn.running_mean', shape: [64] },
  { name: 'bn.num_batches_tracked', shape: [] },
];

function failure(action: () => unknown): WeightsError {
  try {
    action();
  } catch (error) {
    if (error instanceof WeightsError) return error;
  }
  throw new Error('nothing was thrown');
}

it('names what to read', () => {
  const found = [info('fc.bias', 1000), info('fc.weight', 1000, 512), info('bn.running_mean', 64)];
  expect([...bind(model, found, 'x')].sort()).toEqual(['bn.running_mean', 'fc.bias', 'fc.weight']);
  expect(bind(model, [...found, info('bn.num_batches_tracked')], 'x').has('bn.num_batches_tracked')).toBe(true);
  expect(bind(model.slice(0, 3), [...found, info('bn.num_batches_tracked')], 'x').size).toBe(3);
});

it('lists everything that is wrong in one error', () => {
  const found = [info('fc.weight', 10, 512), info('head.weight', 5), info('bn.running_mean', 64)];
  const error = failure(() => bind(model, found, 'mine.safetensors'));
  expect(error.code).toBe('weights_mismatch');
  expect(error.message).toBe(
    'mine.safetensors does not fit the model: fc.weight is [10,512], the model has [1000,512] ' +
      '(1 of another shape, 1 missing, 1 left over)',
  );
  expect(error.problems).toEqual([
    'fc.weight is [10,512], the model has [1000,512]',
    'fc.bias [1000] is missing',
    'head.weight [5] is left over',
  ]);
});

it('takes the same number of elements in another shape for another shape', () => {
  expect(failure(() => bind([{ name: 'w', shape: [2, 3] }], [info('w', 6)], 'x')).problems).toHaveLength(1);
  expect(failure(() => bind([{ name: 'w', shape: [1] }], [info('w')], 'x')).problems).toHaveLength(1);
});

it('reads a state dict without copying, and only what is asked for', async () => {
  const data = new Float32Array([1, 2]);
  const reader = stateReader({ a: { shape: [2], data }, b: { shape: [1], data: new Float32Array(1) } });
  const read = [];
  for await (const tensor of reader.read(new Set(['a']))) read.push(tensor);
  expect(read).toEqual([{ name: 'a', shape: [2], data }]);
  expect(read[0]!.data).toBe(data);
});

it('reports every entry of a state dict whose shape and data disagree', () => {
  const error = failure(() =>
    stateReader({
      a: { shape: [3], data: new Float32Array(2) },
      b: { shape: [-1], data: new Float32Array(1) },
      c: { shape: [1], data: new Float32Array(1) },
    }),
  );
  expect(error.problems).toEqual(['a: [3] takes 3 numbers, it has 2', 'b: [-1] is not a shape']);
});
