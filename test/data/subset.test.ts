// Parts of data sets, and the order of an epoch, which is the same on every machine.
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { imageList } from '../../src/data/image_list.ts';
import { randomOrder } from '../../src/data/random_order.ts';
import { concatenated, split, subset } from '../../src/data/subset.ts';

/** Picture i is one pixel of level i. */
const numbered = (length: number, classes = 3, first = 0) =>
  imageList(
    Array.from({ length }, (_, i) => ({
      image: { width: 1, height: 1, data: Uint8Array.of(first + i) },
      label: i % classes,
    })),
    { classes },
  );

const levels = (set: Dataset) =>
  Promise.all(Array.from({ length: set.length }, async (_, i) => (await set.read(i)).data[0]!));

describe('randomOrder', () => {
  it('is fixed for good: a run that is resumed elsewhere must find it again', () => {
    expect([...randomOrder(16, 1)]).toMatchInlineSnapshot(`
      [
        6,
        12,
        2,
        3,
        13,
        9,
        11,
        0,
        8,
        14,
        5,
        1,
        15,
        4,
        7,
        10,
      ]
    `);
    expect([...randomOrder(16, 1, 1)]).toMatchInlineSnapshot(`
      [
        1,
        9,
        6,
        10,
        5,
        0,
        14,
        11,
        2,
        8,
        7,
        13,
        3,
        15,
        12,
        4,
      ]
    `);
    expect([...randomOrder(16, 2)]).toMatchInlineSnapshot(`
      [
        8,
        14,
        15,
        12,
        0,
        10,
        7,
        13,
        9,
        3,
        6,
        2,
        5,
        4,
        1,
        11,
      ]
    `);
  });

  it('is a permutation, of any length', () => {
    for (const length of [0, 1, 2, 3, 5, 1000]) {
      expect([...randomOrder(length, 7, 3)].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
    }
  });

  it('gives every place to every picture alike', () => {
    const counts = Array.from({ length: 4 }, () => new Array<number>(4).fill(0));
    for (let epoch = 0; epoch < 4000; epoch++) {
      randomOrder(4, 5, epoch).forEach((picture, place) => {
        counts[place]![picture]!++;
      });
    }
    // Binomial with p 1/4: deviation sqrt(4000 * 3/16) = 27.4; five of them for 16 counts.
    for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(5 * 27.4);
  });
});

describe('split', () => {
  it('gives disjoint parts that are everything, by seed', async () => {
    const set = await numbered(100);
    const [train, test] = split(set, [0.9, 0.1], 3);
    expect([train.length, test.length]).toEqual([90, 10]);
    const [seen, rest] = [await levels(train), await levels(test)];
    expect([...seen, ...rest].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(rest).toEqual(rest.toSorted((a, b) => a - b));
    expect(await levels(split(set, [0.9, 0.1], 3)[1])).toEqual(rest);
    expect(await levels(split(set, [0.9, 0.1], 4)[1])).not.toEqual(rest);
    expect(test.label(0)).toBe(rest[0]! % 3);
    expect(test.name(0)).toBe(`picture ${rest[0]}`);
  });

  it('may leave some out, and refuses fractions that are none', async () => {
    const set = await numbered(10);
    expect(split(set, [0.5, 0.2], 1).map(({ length }) => length)).toEqual([5, 2]);
    expect(split(set, [1 / 3, 1 / 3, 1 / 3], 1).map(({ length }) => length)).toEqual([3, 4, 3]);
    for (const wrong of [
      [0.9, 0.2],
      [1, -0.1],
      [0.99, 0.01],
    ])
      expect(() => split(set, wrong, 1)).toThrow('split: ');
  });
});

describe('subset and concatenated', () => {
  it('delegate to the sets behind them', async () => {
    const [a, b] = [await numbered(3), await numbered(4, 3, 100)];
    const both = concatenated([a, b]);
    expect(await levels(both)).toEqual([0, 1, 2, 100, 101, 102, 103]);
    const some = subset(both, [6, 0, 6]);
    expect(await levels(some)).toEqual([103, 0, 103]);
    expect([some.label(0), some.classes, some.name(1)]).toEqual([0, 3, 'picture 0']);
    expect(some.source?.(0)).toEqual({ width: 1, height: 1, data: Uint8Array.of(103) });
    expect(() => some.label(3)).toThrow('there is no picture 3, only 0 to 2');
    expect(() => subset(a, [3])).toThrow('subset: there is no picture 3, only 0 to 2');
  });

  it('refuse sets that disagree about the classes', async () => {
    const [a, b] = [await numbered(3, 3), await numbered(4, 2)];
    expect(() => concatenated([a, b])).toThrow('concatenated: 2 classes beside 3 classes');
    expect(() => concatenated([])).toThrow('at least one data set');
  });
});
