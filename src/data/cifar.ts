// CIFAR-10 and CIFAR-100, their binary version: a record is one or two labels, then 1024 bytes each of red, green and
// blue.
//
// A. Krizhevsky: Learning Multiple Layers of Features from Tiny Images, 2009; www.cs.toronto.edu/~kriz/cifar.html.

import { dataFiles } from '#data_files';
import { DataError } from '../runtime/errors.ts';
import { type Folder, folderName, type Place } from './data_files.ts';
import { type Dataset, datasetOf } from './dataset.ts';
import { openWhole } from './open_whole.ts';
import type { TrainAndTest } from './train_and_test.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;

interface Kind {
  readonly classes: number;
  readonly labels: number;
  /** Which of the labels counts. */
  readonly label: number;
  readonly train: readonly string[];
  readonly test: readonly string[];
  readonly names: readonly string[];
  /** The folder that the archive unpacks to. */
  readonly folder: string;
}

const ten: Kind = {
  classes: 10,
  labels: 1,
  label: 0,
  train: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`),
  test: ['test_batch.bin'],
  names: ['batches.meta.txt'],
  folder: 'cifar-10-batches-bin',
};

const hundred = (detail: 'fine' | 'coarse'): Kind => ({
  classes: detail === 'fine' ? 100 : 20,
  labels: 2,
  label: detail === 'fine' ? 1 : 0,
  train: ['train.bin'],
  test: ['test.bin'],
  names: [`${detail}_label_names.txt`],
  folder: 'cifar-100-binary',
});

/**
 * CIFAR-10: data_batch_1.bin to data_batch_5.bin and test_batch.bin (plain or .gz) in a folder, or in
 * cifar-10-batches-bin below it. 32 x 32 RGB, 10 classes. Throws DataError `missing_file`, `corrupt_file`,
 * `unknown_class`.
 */
export function cifar10(folder: Folder): Promise<TrainAndTest> {
  return readKind(folder, ten);
}

/**
 * CIFAR-100: train.bin and test.bin in a folder, or in cifar-100-binary below it; 100 fine classes or 20 coarse ones.
 * Errors as cifar10's.
 */
export function cifar100(
  folder: Folder,
  { labels = 'fine' }: { labels?: 'fine' | 'coarse' } = {},
): Promise<TrainAndTest> {
  return readKind(folder, hundred(labels));
}

async function readKind(folder: Folder, kind: Kind): Promise<TrainAndTest> {
  const find = (name: string) => dataFiles.find(folder, [name, `${name}.gz`, `${kind.folder}/${name}`]);
  const findAll = (names: readonly string[]) =>
    Promise.all(
      names.map(async (name) => {
        const place = await find(name);
        if (place === null) throw new DataError('missing_file', `${folderName(folder)}: there is no ${name}`);
        return place;
      }),
    );
  const meta = await find(kind.names[0]!);
  const classNames = meta === null ? null : await readNames(meta, kind.classes);
  const read = async (names: readonly string[]) => readRecords(await findAll(names), kind, classNames);
  return { train: await read(kind.train), test: await read(kind.test) };
}

async function readNames(place: Place, classes: number): Promise<string[]> {
  const { name, bytes } = await openWhole(place);
  const lines = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .map((line) => line.trim());
  const names = lines.filter((line) => line !== '');
  if (names.length === classes) return names;
  throw new DataError('corrupt_file', `${name}: ${classes} names of classes were expected, it has ${names.length}`);
}

async function readRecords(
  places: readonly Place[],
  kind: Kind,
  classNames: readonly string[] | null,
): Promise<Dataset> {
  const record = kind.labels + 3 * PLANE;
  const files = await Promise.all(places.map(openWhole));
  const where: { file: number; start: number }[] = [];
  files.forEach(({ name, bytes }, file) => {
    if (bytes.length % record !== 0) {
      throw new DataError(
        'corrupt_file',
        `${name}: ${bytes.length} bytes are not a whole number of records of ${record}`,
      );
    }
    for (let start = 0; start < bytes.length; start += record) where.push({ file, start });
  });
  return datasetOf({
    labels: where.map(({ file, start }) => files[file]!.bytes[start + kind.label]!),
    classes: kind.classes,
    classNames,
    from: files.map(({ name }) => name).join(', '),
    source: (i) => {
      const { file, start } = where[i]!;
      return { width: SIDE, height: SIDE, data: interleave(files[file]!.bytes, start + kind.labels) };
    },
    name: (i) => `${files[where[i]!.file]!.name}: picture ${where[i]!.start / record}`,
  });
}

function interleave(bytes: Uint8Array, start: number): Uint8Array {
  const rgb = new Uint8Array(3 * PLANE);
  for (let i = 0, to = 0; i < PLANE; i++) {
    rgb[to++] = bytes[start + i]!;
    rgb[to++] = bytes[start + PLANE + i]!;
    rgb[to++] = bytes[start + 2 * PLANE + i]!;
  }
  return rgb;
}
