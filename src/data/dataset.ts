// What a data set is: labelled pictures by number, read when they are wanted.

import type { Pixels } from '../image/pixels.ts';
import { fromRaw } from '../image/raw.ts';
import { DataError, UsageError } from '../runtime/errors.ts';
import { type PictureSource, readSource } from './picture_source.ts';

/** Labelled pictures, numbered from 0. Anything with these members can be trained on. */
export interface Dataset {
  readonly length: number;
  /** Labels are 0 to `classes` - 1. */
  readonly classes: number;
  /** Names of the classes, in the order of their labels; null where nobody named them. */
  readonly classNames: readonly string[] | null;
  label(index: number): number;
  /** What reports and errors call a picture: its path, or its number in a file. */
  name(index: number): string;
  /** The decoded picture: RGB, 8 bits. Throws ImageError or DataError, which name the file. */
  read(index: number, signal?: AbortSignal): Promise<Pixels>;
  /**
   * What `read` decodes, as data that a worker can be sent, so that decoding leaves the main thread. Without it
   * `batches` calls `read`. Raw pixels may be views of memory that nobody writes.
   */
  source?(index: number): PictureSource;
}

/** What a data set is made of. */
export interface Contents {
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  readonly classNames?: readonly string[] | null;
  /** Where the pictures come from, for errors. */
  readonly from: string;
  source(index: number): PictureSource;
  name(index: number): string;
}

/**
 * A data set of its contents. Throws DataError `empty_dataset`, `unknown_class` where a label is not below `classes`.
 */
export function datasetOf({ labels, classes, classNames = null, from, source, name }: Contents): Dataset {
  if (labels.length === 0) throw new DataError('empty_dataset', `${from}: there are no pictures in it`);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new DataError(
      'unknown_class',
      `${name(i)}: its class is ${label}, and there are ${classes} (0 to ${classes - 1})`,
    );
  }
  const at = (index: number) => checkIndex(index, labels.length, from);
  return {
    length: labels.length,
    classes,
    classNames,
    label: (index) => labels[at(index)]!,
    name: (index) => name(at(index)),
    source: (index) => source(at(index)),
    read: async (index, signal) => fromRaw(await readSource(source(at(index)), name(index), signal)),
  };
}

/** Returns the index. Throws UsageError where it is none of the data set's. */
export function checkIndex(index: number, length: number, from: string): number {
  if (Number.isInteger(index) && index >= 0 && index < length) return index;
  throw new UsageError('invalid_argument', `${from}: there is no picture ${index}, only 0 to ${length - 1}`);
}

/** The class names of a data set, or its labels in words where it has none. */
export function classNamesOf({ classes, classNames }: Dataset): readonly string[] {
  return classNames ?? Array.from({ length: classes }, (_, label) => String(label));
}

/** One more than the largest label. */
export function countClasses(labels: ArrayLike<number>): number {
  let most = -1;
  for (let i = 0; i < labels.length; i++) most = Math.max(most, labels[i]!);
  return most + 1;
}
