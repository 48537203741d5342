// Lists of pictures and classes: three kinds of files, and pictures in memory.
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { imageList } from '../../src/data/image_list.ts';
import { dataFolder, failure, png } from '../support/data_folder.ts';

const labels = (set: Dataset) => Array.from({ length: set.length }, (_, i) => set.label(i));
const names = (set: Dataset) => Array.from({ length: set.length }, (_, i) => set.name(i));
const list = (text: string, options = {}) => imageList(new File([text], 'list'), options);

describe('a list', () => {
  it('is read as text, CSV or JSON', async () => {
    const text = await list('# comment\nmy cat.png 1\r\n\ndogs/1.png\t0\n');
    expect([names(text), labels(text)]).toEqual([
      ['my cat.png', 'dogs/1.png'],
      [1, 0],
    ]);
    const csv = await list('path,label\n"a, ""b"".png",dog\nc.png,cat\nd.png,dog\n');
    expect([names(csv), labels(csv), csv.classNames]).toEqual([
      ['a, "b".png', 'c.png', 'd.png'],
      [1, 0, 1],
      ['cat', 'dog'],
    ]);
    for (const json of [
      '[{"image": "a.png", "label": 2}, {"path": "b.png", "class": 0}]',
      '[["a.png", 2], ["b.png", 0]]',
      '{ "a.png": 2, "b.png": "0" }',
    ]) {
      const set = await list(json);
      expect([names(set), labels(set), set.classes]).toEqual([['a.png', 'b.png'], [2, 0], 3]);
    }
  });

  it('has paths relative to itself, or to a root', async () => {
    const folder = await dataFolder({ 'lists/all.txt': '../a.png 0\n', 'a.png': await png(3) });
    expect((await (await imageList(`${folder}/lists/all.txt`)).read(0)).data[0]).toBe(3);
    const rooted = await imageList(new File(['a.png 0'], 'list'), { root: folder });
    expect((await rooted.read(0)).data[0]).toBe(3);
  });

  it('numbers named classes by the names it is given', async () => {
    const set = await list('a.png,dog\n', { classNames: ['cow', 'dog'] });
    expect([labels(set), set.classes]).toEqual([[1], 2]);
    expect(await failure(list('a.png,cat\n', { classNames: ['cow', 'dog'] }))).toBe(
      "DataError unknown_class: a.png: there is no class 'cat', only cow, dog",
    );
    expect(await failure(list('a.png 5\n', { classes: 5 }))).toBe(
      'DataError unknown_class: a.png: its class is 5, and there are 5 (0 to 4)',
    );
    // Digits that are names of classes are no numbers.
    expect(labels(await list('a.png 9\n', { classNames: ['9', '7'] }))).toEqual([0]);
  });

  it('is refused with the line that is wrong', async () => {
    expect(await failure(list('a.png 0\nb.png\n'))).toBe(
      "DataError corrupt_file: list: line 2: a path and a class were expected, it is 'b.png'",
    );
    expect(await failure(list('[["a.png", 0], ["b.png"]]'))).toBe(
      'DataError corrupt_file: list: entry 1: an image\'s path and a label were expected, it is ["b.png"]',
    );
    expect(await failure(list('{ "a.png": '))).toMatch(/^DataError corrupt_file: list: broken JSON: /);
    expect(await failure(list('\n'))).toMatch(/^DataError empty_dataset: /);
  });

  it('of pictures in memory needs no file', async () => {
    const grey = { width: 1, height: 1, data: Uint8Array.of(8) };
    const blob = new File([new Uint8Array(await png(4))], 'four.png');
    const set = await imageList([
      { image: grey, label: 'b' },
      { image: blob, label: 'a' },
      { image: blob, label: 'a', name: 'again' },
    ]);
    expect([names(set), labels(set)]).toEqual([
      ['picture 0', 'four.png', 'again'],
      [1, 0, 0],
    ]);
    expect((await set.read(0)).data).toEqual(Uint8Array.of(8, 8, 8));
    expect((await set.read(1)).data[0]).toBe(4);
  });
});
