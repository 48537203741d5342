// Batches: what is in them, in which order, again and again the same, and what ends them.
import { describe, expect, it } from 'vitest';
import { mixup } from '../../src/data/augment.ts';
import { type Batch, type BatchOptions, batches } from '../../src/data/batches.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { mnist } from '../../src/data/idx.ts';
import { imageFolder } from '../../src/data/image_folder.ts';
import { preprocess as evaluate } from '../../src/image/preprocess.ts';
import { dataFolder, failure, png } from '../support/data_folder.ts';
import { hasShared, SHARED_MISSING, sharedPath } from '../support/shared.ts';
import { augment, collect, preprocess, sixteenPictures } from '../support/sixteen_pictures.ts';

const indices = (found: readonly Batch[]) => found.map((batch) => [...batch.indices]);

describe('batches', () => {
  it('go through the data set once, in its own order, as evaluation sees it', async () => {
    const set = await sixteenPictures();
    const found = await collect(set, { batchSize: 6 });
    expect(found.map(({ shape }) => shape)).toEqual([
      [6, 3, 12, 12],
      [6, 3, 12, 12],
      [4, 3, 12, 12],
    ]);
    expect(indices(found).flat()).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(found.map(({ position }) => position)).toEqual([6, 12, 16]);
    expect(found.map(({ soft }) => soft)).toEqual([false, false, false]);
    expect(found[1]!.labels).toEqual([0, 1, 2, 0, 1, 2]);
    expect([...found[1]!.targets]).toEqual([0, 1, 2, 0, 1, 2]);
    const size = 3 * 12 * 12;
    const third = found[1]!.images.subarray(2 * size, 3 * size);
    expect(third).toEqual(evaluate(await set.read(8), preprocess).data);
  });

  it('leave a smaller one at the end out if asked', async () => {
    const set = await sixteenPictures();
    expect(indices(await collect(set, { batchSize: 6, dropLast: true })).map(({ length }) => length)).toEqual([6, 6]);
    expect(await collect(set, { batchSize: 17, dropLast: true })).toEqual([]);
    expect(await collect(set, { from: 16 })).toEqual([]);
  });

  it('are shuffled by seed and epoch, for good', async () => {
    const set = await sixteenPictures();
    const first = indices(await collect(set, { shuffle: true, seed: 1 })).flat();
    expect(first).toMatchInlineSnapshot(`
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
    expect(indices(await collect(set, { shuffle: true, seed: 1 })).flat()).toEqual(first);
    expect(indices(await collect(set, { shuffle: true, seed: 1, epoch: 1 })).flat()).not.toEqual(first);
    expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i));
  });

  it('are the same bits again, however many are made ahead', async () => {
    const set = await sixteenPictures();
    const options = { shuffle: true, seed: 3, epoch: 2, augment };
    const once = await collect(set, options);
    for (const prefetch of [1, 2, 9]) expect(await collect(set, { ...options, prefetch })).toEqual(once);
    expect((await collect(set, { ...options, seed: 4 }))[0]!.images).not.toEqual(once[0]!.images);
  });

  it('go on from any position as if they had never stopped', async () => {
    const set = await sixteenPictures();
    const options = { shuffle: true, seed: 5, augment, batchSize: 3 };
    const whole = await collect(set, options);
    for (const used of [1, 2, 5]) {
      expect(await collect(set, { ...options, from: whole[used - 1]!.position })).toEqual(whole.slice(used));
    }
  });

  it('have probabilities for targets once pictures are mixed, rows that sum to 1', async () => {
    const set = await sixteenPictures();
    const found = await collect(set, { augment: [mixup({ alpha: 1 })], classes: 5 });
    for (const { soft, targets, labels } of found) {
      expect([soft, targets.length]).toEqual([true, 4 * 5]);
      labels.forEach((label, i) => {
        const row = targets.subarray(5 * i, 5 * i + 5);
        expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
        expect(row[label]).toBeGreaterThan(0);
      });
    }
    const [never] = await collect(set, { augment: [mixup({ p: 0 })] });
    expect([...never!.targets.subarray(0, 6)]).toEqual([1, 0, 0, 0, 1, 0]);
  });

  it('make no more ahead than was asked for', async () => {
    const set = await sixteenPictures();
    let read = 0;
    const counted: Dataset = {
      ...set,
      source: (index) => {
        read++;
        return set.source!(index);
      },
    };
    const iterator = batches(counted, { batchSize: 2, preprocess, prefetch: 3, workers: 0 });
    await iterator.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(read).toBe(2 * (1 + 3));
    await iterator.return?.();
  });

  it('read data sets that decode by themselves', async () => {
    const { source: _, ...own } = await sixteenPictures();
    expect(await collect(own, { augment, shuffle: true })).toEqual(
      await collect(await sixteenPictures(), { augment, shuffle: true }),
    );
  });

  it('decode files, grey for networks that see grey', async () => {
    const folder = await dataFolder({ 'a/1.png': await png(255), 'b/1.png': await png(0) });
    const grey = { ...preprocess, resize: 4, crop: 4, mean: [0], std: [1] };
    const [batch] = await collect(await imageFolder(folder), { preprocess: grey });
    expect(batch!.shape).toEqual([2, 1, 4, 4]);
    expect([...batch!.images]).toEqual([...new Array<number>(16).fill(1), ...new Array<number>(16).fill(0)]);
  });
});

describe('what ends them:', () => {
  it('a picture that cannot be read, by its name, after the batches before it', async () => {
    const folder = await dataFolder({ 'a/1.png': await png(1), 'a/2.png': 'broken', 'a/3.png': await png(1) });
    const iterator = batches(await imageFolder(folder), { batchSize: 1, preprocess, workers: 0 });
    expect((await iterator.next()).value.indices).toEqual([0]);
    expect(await failure(iterator.next())).toContain(`ImageError unsupported_image: ${folder}/a/2.png: `);
    expect((await iterator.next()).done).toBe(true);
  });

  it('a signal, with its reason', async () => {
    const set = await sixteenPictures();
    const controller = new AbortController();
    const iterator = batches(set, { batchSize: 2, preprocess, workers: 0, signal: controller.signal });
    await iterator.next();
    controller.abort(new Error('enough'));
    await expect(iterator.next()).rejects.toThrow('enough');
    await expect(batches(set, { batchSize: 2, preprocess, signal: controller.signal }).next()).rejects.toThrow(
      'enough',
    );
  });

  it('a loop that breaks off', async () => {
    for await (const { position } of batches(await sixteenPictures(), { batchSize: 2, preprocess })) {
      if (position === 4) break;
      expect(position).toBe(2);
    }
  });

  it('options that do not fit, at once', async () => {
    const set = await sixteenPictures();
    const refused = (options: Partial<BatchOptions>) => () => batches(set, { batchSize: 2, preprocess, ...options });
    expect(refused({ batchSize: 0 })).toThrow('batches: batchSize from 1 to 4294967295 expected, got 0');
    expect(refused({ seed: -1 })).toThrow('batches: seed from 0 to 4294967295 expected, got -1');
    expect(refused({ from: 17 })).toThrow('batches: from from 0 to 16 expected, got 17');
    expect(refused({ prefetch: 0 })).toThrow('batches: prefetch from 1 to 1000 expected, got 0');
    expect(refused({ classes: 2 })).toThrow('batches: classes from 3 to 4294967295 expected, got 2');
    expect(refused({ augment: [mixup(), mixup()] })).toThrow('augment: one mixup at most');
    expect(refused({ preprocess: { ...preprocess, mean: [0, 0] } })).toThrow('1 or 3 of both mean and std');
  });
});

it.skipIf(!hasShared)(`MNIST comes as torchvision would give it${hasShared ? '' : `: ${SHARED_MISSING}`}`, async () => {
  const { test } = await mnist(sharedPath('data/mnist')!);
  const grey = { ...preprocess, resize: 28, crop: 28, mean: [0.1307], std: [0.3081] };
  let [sum, count] = [0, 0];
  for await (const { images } of batches(test, { batchSize: 64, preprocess: grey, shuffle: true })) {
    for (const value of images) sum += value;
    count += images.length;
  }
  expect(count).toBe(10_000 * 784);
  // By Python: the levels of the test set sum to 264,923,200. Each value is rounded to float32.
  expect(sum / count).toBeCloseTo((264_923_200 / 255 / count - 0.1307) / 0.3081, 6);
});
