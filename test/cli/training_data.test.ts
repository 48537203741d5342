// What `convoke train` learns from and is judged by, and the names of augmentations.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { augmentationNames, augmentationsOf } from '../../src/cli/augmentations.ts';
import { writePng } from '../../src/cli/png.ts';
import { openTrainingData } from '../../src/cli/training_data.ts';
import type { Dataset } from '../../src/data/dataset.ts';

let folder: string;
const at = (path: string) => join(folder, path);

async function pictures(path: string, classes: readonly string[], each: number): Promise<void> {
  for (const name of classes)
    for (let i = 0; i < each; i++) {
      await mkdir(at(`${path}/${name}`), { recursive: true });
      await writePng(at(`${path}/${name}/${i}.png`), { width: 1, height: 1, data: new Uint8Array([i, i, i]) });
    }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convoke-data-'));
  await pictures('whole/train', ['cat', 'dog'], 5);
  await pictures('whole/test', ['cat', 'dog'], 2);
  await pictures('flat', ['cat', 'dog'], 10);
  await pictures('more', ['cat', 'dog'], 3);
  await pictures('birds', ['cat', 'owl'], 3);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const names = (dataset: Dataset | null) =>
  dataset && Array.from({ length: dataset.length }, (_, i) => dataset.name(i)).sort();
const open = (data: string, validate?: string) =>
  openTrainingData({ operands: [], data: at(data), ...(validate !== undefined && { validate }) });

describe('epochs are judged', () => {
  it('by the test pictures that come with the data', async () => {
    const { train, validate, test } = await open('whole');
    expect([train.length, validate?.length]).toEqual([10, 4]);
    expect(test).toBe(validate);
  });

  it('by nothing where nothing is set apart', async () => {
    const { train, validate, test } = await open('flat');
    expect([train.length, validate, test]).toEqual([20, null, null]);
  });

  it('by a share of the pictures, which are not learned from', async () => {
    const { train, validate, test } = await open('flat', '0.2');
    expect([train.length, validate?.length]).toEqual([16, 4]);
    expect(test).toBe(validate);
    expect(new Set([...names(train)!, ...names(validate)!]).size).toBe(20);
    const again = await open('flat', '0.2');
    expect(names(again.validate)).toEqual(names(validate));
    expect((await open('whole', '0.2')).test?.length).toBe(4);
  });

  it('by pictures from elsewhere, of the same classes', async () => {
    const { train, validate, test } = await open('flat', at('more'));
    expect([train.length, validate?.length]).toEqual([20, 6]);
    expect(test).toBe(validate);
    await expect(open('flat', at('birds'))).rejects.toThrow(
      /birds has the classes cat, owl; those of .*flat are cat, dog$/,
    );
  });

  it.each(['0', '1', '2', '1.2.3'])('not by %s', async (share) => {
    await expect(open('flat', share)).rejects.toThrow(/^--validate takes a folder, or a share between 0 and 1/);
  });
});

describe('augmentations', () => {
  it.each(augmentationNames)('%s are steps', (name) => {
    const steps = augmentationsOf(name);
    expect(steps.length).toBeGreaterThan(0);
    for (const step of steps) expect(typeof step.kind).toBe('string');
  });

  it('follow each other as they are named', () => {
    const kinds = (names: string | undefined) => augmentationsOf(names).map(({ kind }) => kind);
    expect(kinds('cifar,jitter')).toEqual(['randomCrop', 'flip', 'colorJitter']);
    expect([kinds(undefined), kinds('none')]).toEqual([[], []]);
    expect(() => kinds('flip,fotos')).toThrow("--augment: there is no 'fotos'; did you mean photos?");
    expect(() => kinds('')).toThrow(/it takes digits, photos,/);
  });
});
