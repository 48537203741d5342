// A folder of class folders, as torchvision's ImageFolder reads one.

import { dataFiles } from '#data_files';
import { DataError } from '../runtime/errors.ts';
import { byCodePoint } from './code_points.ts';
import { type Folder, type FolderFile, folderName } from './data_files.ts';
import { type Dataset, datasetOf } from './dataset.ts';

export interface FolderOptions {
  /** The classes that there are, in the order of their labels: those of the set that a model learnt from. */
  readonly classNames?: readonly string[];
}

/**
 * Names that pictures end with. What the decoder does not read is here to be refused by name, not to be passed over.
 */
const PICTURE = /\.(jpe?g|jfif|png|webp|gif|avif|tiff?|bmp|ppm|pgm)$/i;

export function isPicture(path: string): boolean {
  return PICTURE.test(path);
}

/**
 * A folder whose folders are classes: labels follow the order of their names by code point, and pictures within a
 * class that of their paths, as in torchvision. Files that are no pictures are passed over. Throws DataError
 * `missing_file`, `empty_dataset` (a class without a picture), `unknown_class` (a folder that `classNames` does not
 * have), `unknown_dataset` (no class folders).
 */
export async function imageFolder(folder: Folder, options: FolderOptions = {}): Promise<Dataset> {
  return classFolders(await dataFiles.list(folder), folderName(folder), options);
}

/** The same of files that are listed already; `name` is what errors call the folder. */
export function classFolders(files: readonly FolderFile[], name: string, options: FolderOptions = {}): Dataset {
  const found = new Set(files.filter(({ path }) => path.includes('/')).map(({ path }) => classOf(path)));
  if (found.size === 0) {
    throw new DataError(
      'unknown_dataset',
      `${name}: folders of pictures were expected, one for each class; it has no folder`,
    );
  }
  const classNames = options.classNames ?? [...found].sort(byCodePoint);
  const labelOf = new Map(classNames.map((className, label) => [className, label]));
  const pictures = files
    .filter(({ path }) => path.includes('/') && isPicture(path))
    .map(({ path, place }) => ({
      path,
      place,
      folder: path.slice(0, path.lastIndexOf('/')),
      className: classOf(path),
    }));
  const filled = new Set(pictures.map(({ className }) => className));
  for (const className of found) {
    if (!labelOf.has(className)) {
      throw new DataError(
        'unknown_class',
        `${name}/${className}: there is no such class, only ${classNames.join(', ')}`,
      );
    }
    if (!filled.has(className)) {
      throw new DataError('empty_dataset', `${name}/${className}: there is no picture in it`);
    }
  }
  const label = ({ className }: { className: string }) => labelOf.get(className)!;
  pictures.sort((a, b) => label(a) - label(b) || byCodePoint(a.folder, b.folder) || byCodePoint(a.path, b.path));
  return datasetOf({
    labels: pictures.map(label),
    classes: classNames.length,
    classNames,
    from: name,
    source: (i) => pictures[i]!.place,
    name: (i) => pictures[i]!.path,
  });
}

function classOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}
