// CIFAR's binary files: records, planes, labels of two kinds, and what is no whole number of records.
import { describe, expect, it } from 'vitest';
import { cifar10, cifar100 } from '../../src/data/cifar.ts';
import { dataFolder, failure } from '../support/data_folder.ts';

/** A record whose three planes are counted from its number, so that any mix-up of planes or records shows. */
const record = (labels: readonly number[], number: number) => [
  ...labels,
  ...Array.from({ length: 3072 }, (_, i) => (i + 7 * number) % 251),
];
const file = (...records: number[][]) => Uint8Array.from(records.flat());

const pixel = (number: number, at: number) => [0, 1024, 2048].map((plane) => (plane + at + 7 * number) % 251);

describe('CIFAR-10', () => {
  const batches = Object.fromEntries(
    [1, 2, 3, 4, 5].map((n) => [`data_batch_${n}.bin`, file(record([n], n), record([9], n + 10))]),
  );

  it('is five files of records and one for the test', async () => {
    const names = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');
    const folder = await dataFolder({
      ...batches,
      'test_batch.bin': file(record([3], 99)),
      'batches.meta.txt': `${names.join('\n')}\n\n`,
    });
    const { train, test } = await cifar10(folder);
    expect([train.length, test.length, train.classes]).toEqual([10, 1, 10]);
    expect(train.classNames).toEqual(names);
    expect(Array.from({ length: 10 }, (_, i) => train.label(i))).toEqual([1, 9, 2, 9, 3, 9, 4, 9, 5, 9]);
    const { width, height, data } = await train.read(3);
    expect([width, height]).toEqual([32, 32]);
    for (const at of [0, 1, 500, 1023]) expect([...data.subarray(3 * at, 3 * at + 3)]).toEqual(pixel(12, at));
    expect(train.name(3)).toMatch(/data_batch_2\.bin: picture 1$/);
  });

  it('is found in the folder that its archive unpacks to', async () => {
    const inner = Object.entries({ ...batches, 'test_batch.bin': file(record([3], 99)) });
    const folder = await dataFolder(
      Object.fromEntries(inner.map(([name, bytes]) => [`cifar-10-batches-bin/${name}`, bytes])),
    );
    const { train } = await cifar10(folder);
    expect([train.length, train.classNames]).toEqual([10, null]);
  });

  it('is refused where a file is missing, short, or has a class too many', async () => {
    const folder = await dataFolder(batches);
    expect(await failure(cifar10(folder))).toBe(`DataError missing_file: ${folder}: there is no test_batch.bin`);
    const short = await dataFolder({ ...batches, 'test_batch.bin': file(record([3], 0)).subarray(1) });
    expect(await failure(cifar10(short))).toBe(
      `DataError corrupt_file: ${short}/test_batch.bin: 3072 bytes are not a whole number of records of 3073`,
    );
    const many = await dataFolder({ ...batches, 'test_batch.bin': file(record([10], 0)) });
    expect(await failure(cifar10(many))).toBe(
      `DataError unknown_class: ${many}/test_batch.bin: picture 0: its class is 10, and there are 10 (0 to 9)`,
    );
  });
});

it('CIFAR-100 has fine and coarse labels', async () => {
  const folder = await dataFolder({ 'train.bin': file(record([4, 71], 1)), 'test.bin': file(record([19, 99], 2)) });
  const fine = await cifar100(folder);
  expect([fine.train.label(0), fine.test.label(0), fine.train.classes]).toEqual([71, 99, 100]);
  const coarse = await cifar100(folder, { labels: 'coarse' });
  expect([coarse.train.label(0), coarse.test.label(0), coarse.train.classes]).toEqual([4, 19, 20]);
  expect([...(await fine.test.read(0)).data.subarray(0, 3)]).toEqual(pixel(2, 0));
});
