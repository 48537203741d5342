// IDX files, the format of MNIST: a magic number that gives type and dimensions, then bytes.
//
// Y. LeCun, C. Cortes, C. Burges: The MNIST database of handwritten digits, "File formats for the MNIST database".

import { dataFiles } from '#data_files';
import { DataError } from '../runtime/errors.ts';
import { type Folder, folderName, type Place } from './data_files.ts';
import { countClasses, type Dataset, datasetOf } from './dataset.ts';
import { openWhole, type WholeFile } from './open_whole.ts';
import type { TrainAndTest } from './train_and_test.ts';

/** What is not in the files. */
export interface IdxOptions {
  /** Default: one more than the largest label. */
  readonly classes?: number;
  readonly classNames?: readonly string[];
}

const UNSIGNED_BYTES = 8;

/**
 * Pictures [n, height, width] or [n, height, width, 1 or 3] and labels [n] of two IDX files of unsigned bytes, plain
 * or gzip. Throws DataError `missing_file`, `corrupt_file` (which says where the file ends early, or that the two do
 * not agree).
 */
export async function idx(images: Place, labels: Place, options: IdxOptions = {}): Promise<Dataset> {
  const [pictures, classes] = await Promise.all([openWhole(images).then(read), openWhole(labels).then(read)]);
  const [count, height = 0, width = 0, channels = 1] = pictures.shape;
  const known = pictures.shape.length === 3 || (pictures.shape.length === 4 && (channels === 1 || channels === 3));
  if (!known || height * width === 0) {
    throw corrupt(pictures.name, `pictures [n, height, width] were expected, it holds [${pictures.shape}]`);
  }
  if (classes.shape.length !== 1) throw corrupt(classes.name, `labels [n] were expected, it holds [${classes.shape}]`);
  if (classes.shape[0] !== count) {
    throw corrupt(classes.name, `it has ${classes.shape[0]} labels, and ${pictures.name} has ${count} pictures`);
  }
  const bytes = height * width * channels;
  return datasetOf({
    labels: classes.data,
    classes: options.classes ?? options.classNames?.length ?? countClasses(classes.data),
    classNames: options.classNames ?? null,
    from: pictures.name,
    source: (i) => ({ width, height, data: pictures.data.subarray(i * bytes, (i + 1) * bytes) }),
    name: (i) => `${pictures.name}: picture ${i}`,
  });
}

/** The names that the official files have, and those that some archives unpack them to. */
export function idxNames(part: 'train' | 't10k', kind: 'images-idx3' | 'labels-idx1'): string[] {
  const [dashed, dotted] = [`${part}-${kind}-ubyte`, `${part}-${kind.replace('-idx', '.idx')}-ubyte`];
  return [`${dashed}.gz`, dashed, `${dotted}.gz`, dotted];
}

/**
 * MNIST, or another set under its file names (Fashion-MNIST, KMNIST): `train-images-idx3-ubyte.gz` and the three
 * others, plain or gzip, in a folder. 60,000 and 10,000 grey pictures of 28 x 28, 10 classes. Throws DataError
 * `missing_file`, `corrupt_file`.
 */
export async function mnist(folder: Folder, options: IdxOptions = { classes: 10 }): Promise<TrainAndTest> {
  const part = async (name: 'train' | 't10k') => {
    const [images, labels] = await Promise.all([
      findOne(folder, idxNames(name, 'images-idx3')),
      findOne(folder, idxNames(name, 'labels-idx1')),
    ]);
    return idx(images, labels, options);
  };
  const [train, test] = await Promise.all([part('train'), part('t10k')]);
  return { train, test };
}

async function findOne(folder: Folder, names: readonly string[]): Promise<string | Blob> {
  const found = await dataFiles.find(folder, names);
  if (found !== null) return found;
  throw new DataError('missing_file', `${folderName(folder)}: there is none of ${names.join(', ')}`);
}

interface Idx {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

function read({ name, bytes }: WholeFile): Idx {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0) throw corrupt(name, 'it does not begin as an IDX file does');
  const [type, dimensions] = [bytes[2]!, bytes[3]!];
  if (type !== UNSIGNED_BYTES) throw corrupt(name, `unsigned bytes (type 8) are read, its type is ${type}`);
  const start = 4 + 4 * dimensions;
  if (bytes.length < start) throw corrupt(name, `it ends in its header, after ${bytes.length} bytes`);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const wanted = start + shape.reduce((product, dim) => product * dim, 1);
  if (bytes.length !== wanted) throw corrupt(name, `[${shape}] takes ${wanted} bytes, it has ${bytes.length}`);
  return { name, shape, data: bytes.subarray(start) };
}

function corrupt(name: string, what: string): DataError {
  return new DataError('corrupt_file', `${name}: ${what}`);
}
