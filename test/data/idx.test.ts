// IDX files: MNIST as it was published, and files that are not what they say.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { idx, mnist } from '../../src/data/idx.ts';
import { dataFolder, failure, idxFile } from '../support/data_folder.ts';
import { hasShared, SHARED_MISSING, sharedPath } from '../support/shared.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The grey bytes of pictures [from, to), one channel of their RGB. */
async function greys(dataset: Dataset, from: number, to: number): Promise<Uint8Array> {
  const pictures: Uint8Array[] = [];
  for (let i = from; i < to; i++) pictures.push((await dataset.read(i)).data.filter((_, at) => at % 3 === 0));
  return Buffer.concat(pictures);
}

const labels = (dataset: Dataset) => Uint8Array.from({ length: dataset.length }, (_, i) => dataset.label(i));

describe.skipIf(!hasShared)(`MNIST${hasShared ? '' : `: ${SHARED_MISSING}`}`, () => {
  it('has 60,000 and 10,000 digits, label for label and pixel for pixel', async () => {
    const { train, test } = await mnist(sharedPath('data/mnist')!);
    expect([train.length, test.length, train.classes, test.classes]).toEqual([60_000, 10_000, 10, 10]);
    expect([...labels(train).subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...labels(test).subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    // Hashes of the files' bodies, by Python's gzip and hashlib.
    expect(sha256(labels(train))).toBe('1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13');
    expect(sha256(labels(test))).toBe('ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5');
    expect(sha256(await greys(test, 0, 10_000))).toBe(
      '6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161',
    );
    expect(sha256(await greys(train, 7, 8))).toBe('711f4f3d22ed05d26d0c7481ea2f5107028d6d9787c51c69c785317205d863cb');
    const { width, height, data } = await train.read(0);
    expect([width, height, data.length]).toEqual([28, 28, 3 * 28 * 28]);
    expect(train.name(12)).toMatch(/train-images-idx3-ubyte\.gz: picture 12$/);
  });
});

describe('IDX', () => {
  const images = idxFile([2, 1, 2], [1, 2, 3, 4]);
  const two = idxFile([2], [0, 3]);
  const blob = (bytes: Uint8Array<ArrayBuffer>) => new File([bytes], 'digits');

  it('is read from Blobs, plain or gzip, and counts its classes', async () => {
    for (const pack of [
      (bytes: Uint8Array<ArrayBuffer>) => bytes,
      (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
    ]) {
      const set = await idx(blob(pack(images)), blob(pack(two)));
      expect([set.length, set.classes, set.classNames, set.label(1)]).toEqual([2, 4, null, 3]);
      expect(await set.read(1)).toEqual({ width: 2, height: 1, data: Uint8Array.of(3, 3, 3, 4, 4, 4) });
    }
  });

  it('may hold colours', async () => {
    const set = await idx(blob(idxFile([1, 1, 2, 3], [1, 2, 3, 4, 5, 6])), blob(idxFile([1], [0])));
    expect((await set.read(0)).data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
  });

  it('is refused where it is broken, with what is wrong', async () => {
    const refused = async (pictures: Uint8Array<ArrayBuffer>, classes = two) =>
      failure(idx(new File([pictures], 'images'), new File([classes], 'labels')));
    const longer = new Uint8Array([...images, 9]);
    expect(await refused(longer)).toBe('DataError corrupt_file: images: [2,1,2] takes 20 bytes, it has 21');
    expect(await refused(images.slice(0, 19))).toBe(
      'DataError corrupt_file: images: [2,1,2] takes 20 bytes, it has 19',
    );
    expect(await refused(images.slice(0, 9))).toBe(
      'DataError corrupt_file: images: it ends in its header, after 9 bytes',
    );
    const page = new TextEncoder().encode('<!doctype html>');
    expect(await refused(page)).toBe('DataError corrupt_file: images: it does not begin as an IDX file does');
    expect(await refused(idxFile([1, 1, 1], [0, 0, 0, 0], 13))).toBe(
      'DataError corrupt_file: images: unsigned bytes (type 8) are read, its type is 13',
    );
    expect(await refused(two)).toBe(
      'DataError corrupt_file: images: pictures [n, height, width] were expected, it holds [2]',
    );
    expect(await refused(images, images)).toBe(
      'DataError corrupt_file: labels: labels [n] were expected, it holds [2,1,2]',
    );
    expect(await refused(images, idxFile([3], [0, 1, 2]))).toBe(
      'DataError corrupt_file: labels: it has 3 labels, and images has 2 pictures',
    );
    expect(await refused(new Uint8Array(gzipSync(images)).slice(0, 20))).toMatch(
      /^DataError corrupt_file: images: broken gzip: /,
    );
    expect(await refused(idxFile([0, 1, 2], []), idxFile([0], []))).toBe(
      'DataError empty_dataset: images: there are no pictures in it',
    );
    expect(await failure(idx(blob(images), blob(two), { classes: 3 }))).toBe(
      'DataError unknown_class: digits: picture 1: its class is 3, and there are 3 (0 to 2)',
    );
  });

  it('of MNIST goes by the names of its files', async () => {
    const folder = await dataFolder({
      'train-images-idx3-ubyte': images,
      'train-labels.idx1-ubyte': two,
      't10k-images.idx3-ubyte.gz': gzipSync(images),
      't10k-labels-idx1-ubyte': two,
    });
    const { train, test } = await mnist(folder);
    expect([train.length, test.length, train.classes]).toEqual([2, 2, 10]);
    expect(() => train.label(2)).toThrow('there is no picture 2, only 0 to 1');

    const half = await dataFolder({ 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': two });
    expect(await failure(mnist(half))).toContain(`DataError missing_file: ${half}: there is none of t10k-`);
    expect(await failure(idx(`${half}/none`, `${half}/none`))).toBe(
      `DataError missing_file: ${half}/none: no such file`,
    );
    expect(await failure(idx(half, half))).toBe(
      `DataError missing_file: ${half}: a file was expected, this is a folder`,
    );
  });
});
