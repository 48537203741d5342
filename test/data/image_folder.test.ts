// Folders of class folders, in torchvision's order, and what openDataset makes of a folder.
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { imageFolder } from '../../src/data/image_folder.ts';
import { openDataset } from '../../src/data/open_dataset.ts';
import { dataFolder, failure, idxFile, png, tarFile } from '../support/data_folder.ts';
import { hasShared, SHARED_MISSING, sharedPath } from '../support/shared.ts';

const all = (set: Dataset) => Array.from({ length: set.length }, (_, i) => `${set.label(i)} ${set.name(i)}`);

describe('imageFolder', () => {
  it('numbers classes and pictures as torchvision does', async () => {
    const picture = await png(7);
    const folder = await dataFolder({
      'b/2.png': picture,
      'b/10.png': picture,
      'b/deep/1.png': picture,
      'b/deep-er/1.png': picture,
      'b/deep/est/1.png': picture,
      'B/x.PNG': picture,
      '\u{1F600}/x.png': picture,
      '\uFF21/x.png': picture,
      'b/readme.txt': 'not a picture',
      '.git/config.png': 'hidden',
      'licence.txt': '',
    });
    const set = await imageFolder(folder);
    // Python sorts by code points: the full-width letter before the emoji, which UTF-16 would turn round.
    expect(set.classNames).toEqual(['B', 'b', '\uFF21', '\u{1F600}']);
    expect(all(set)).toEqual([
      '0 B/x.PNG',
      '1 b/10.png',
      '1 b/2.png',
      '1 b/deep/1.png',
      '1 b/deep-er/1.png',
      '1 b/deep/est/1.png',
      '2 \uFF21/x.png',
      '3 \u{1F600}/x.png',
    ]);
    expect(await set.read(0)).toEqual({ width: 4, height: 3, data: new Uint8Array(36).fill(7) });
  });

  it('takes files that a page was given, without the name of their folder', async () => {
    const picture = new Uint8Array(await png(9));
    const given = ['pets/dog/1.png', 'pets/cat/2.png', 'pets/.DS_Store'].map((path) =>
      Object.assign(new File([picture], path.split('/').at(-1)!), { webkitRelativePath: path }),
    );
    const set = await imageFolder(given);
    expect(all(set)).toEqual(['0 cat/2.png', '1 dog/1.png']);
    expect((await set.read(1)).data[0]).toBe(9);
  });

  it('refuses what has no classes, an empty class, or one too many', async () => {
    const picture = await png(1);
    const flat = await dataFolder({ '1.png': picture });
    expect(await failure(imageFolder(flat))).toMatch(
      /^DataError unknown_dataset: .*: folders of pictures were expected/,
    );
    const empty = await dataFolder({ 'cat/1.png': picture, 'dog/readme.txt': '' });
    expect(await failure(imageFolder(empty))).toBe(`DataError empty_dataset: ${empty}/dog: there is no picture in it`);
    const more = await dataFolder({ 'cat/1.png': picture, 'cow/1.png': picture });
    expect(await failure(imageFolder(more, { classNames: ['cat', 'dog'] }))).toBe(
      `DataError unknown_class: ${more}/cow: there is no such class, only cat, dog`,
    );
    expect(await failure(imageFolder(`${more}/none`))).toBe(
      `DataError missing_file: ${more}/none: there is no such folder`,
    );
  });

  it('names the file that cannot be read', async () => {
    const folder = await dataFolder({ 'cat/1.png': 'no picture at all', 'cat/2.bmp': 'BM and more' });
    const set = await imageFolder(folder);
    expect(await failure(set.read(0))).toContain(`ImageError unsupported_image: ${folder}/cat/1.png: `);
    expect(await failure(set.read(1))).toContain(`${folder}/cat/2.bmp: BMP pictures are not read`);
  });
});

describe('openDataset', () => {
  it.skipIf(!hasShared)(`knows MNIST and train/test folders${hasShared ? '' : `: ${SHARED_MISSING}`}`, async () => {
    const digits = await openDataset(sharedPath('data/mnist')!);
    expect([digits.kind, digits.train.length, digits.test?.length]).toEqual(['idx', 60_000, 10_000]);
    const pets = await openDataset(sharedPath('data/images/dogs-birds')!);
    expect([pets.kind, pets.train.length, pets.test?.length]).toEqual(['folders', 63, 22]);
    expect(pets.train.classNames).toEqual(['bird', 'dog']);
    // The first and last of torchvision.datasets.ImageFolder.
    expect(all(pets.train)[0]).toBe('0 bird/n01518878_ostrich.jpg');
    expect(all(pets.train).at(-1)).toBe('1 dog/n02113023_Pembroke.jpg');
    expect(all(pets.test!)[0]).toBe('0 bird/n01514859_hen.jpg');
    expect(all(pets.test!).at(-1)).toBe('1 dog/n02113624_toy_poodle.jpg');
  });

  it('knows CIFAR, class folders, lists and shards', async () => {
    const picture = await png(5);
    const record = (labels: number[]) => Uint8Array.from([...labels, ...new Uint8Array(3072)]);
    const five = [1, 2, 3, 4, 5].map((n) => [`data_batch_${n}.bin`, record([n])] as const);
    const ten = await dataFolder({ ...Object.fromEntries(five), 'test_batch.bin': record([0]) });
    expect((await openDataset(ten)).kind).toBe('cifar10');
    const hundred = await dataFolder({ 'train.bin': record([0, 0]), 'test.bin': record([0, 0]) });
    expect((await openDataset(hundred)).kind).toBe('cifar100');

    const folders = await openDataset(await dataFolder({ 'cat/1.png': picture, 'dog/1.png': picture }));
    expect([folders.kind, folders.test, folders.train.classes]).toEqual(['folders', null, 2]);

    const listed = await dataFolder({ 'list.txt': 'a.png 0\nb/c.png 1\n', 'a.png': picture, 'b/c.png': picture });
    const list = await openDataset(`${listed}/list.txt`);
    expect([list.kind, list.train.length]).toEqual(['list', 2]);
    expect((await list.train.read(1)).data[0]).toBe(5);

    const shard = (label: string) =>
      tarFile([
        { path: '1.png', body: picture },
        { path: '1.cls', body: label },
      ]);
    const shards = await dataFolder({
      'train-0.tar': shard('1'),
      'train-1.tar': shard('2'),
      'val-0.tar': shard('0'),
    });
    const tar = await openDataset(shards);
    expect([tar.kind, tar.train.length, tar.test?.length, tar.test?.classes]).toEqual(['tar', 2, 1, 3]);
    expect((await openDataset(`${shards}/train-0.tar`)).train.label(0)).toBe(1);
  });

  it('numbers the classes of the test set as those of the training set', async () => {
    const picture = await png(5);
    const folder = await dataFolder({ 'train/a/1.png': picture, 'train/b/1.png': picture, 'val/b/1.png': picture });
    const { test } = await openDataset(folder);
    expect([test?.label(0), test?.classes, test?.classNames]).toEqual([1, 2, ['a', 'b']]);
    const strange = await dataFolder({ 'train/a/1.png': picture, 'test/c/1.png': picture });
    expect(await failure(openDataset(strange))).toBe(
      `DataError unknown_class: ${strange}/test/c: there is no such class, only a`,
    );
  });

  it('says what it looked for where there is nothing it knows', async () => {
    const folder = await dataFolder({ 'notes.md': '', 'labels-idx1-ubyte': idxFile([1], [0]) });
    expect(await failure(openDataset(folder))).toMatch(
      /^DataError unknown_dataset: .*IDX files \(MNIST\), CIFAR binaries/,
    );
    expect(await failure(openDataset(`${folder}/none`))).toContain('DataError missing_file: ');
  });
});
