// What a folder or file is, told by the names in it.

import { dataFiles } from '#data_files';
import { DataError } from '../runtime/errors.ts';
import { cifar10, cifar100 } from './cifar.ts';
import { byCodePoint } from './code_points.ts';
import { type Folder, type FolderFile, folderName } from './data_files.ts';
import { classNamesOf, type Dataset } from './dataset.ts';
import { idxNames, mnist } from './idx.ts';
import { classFolders, isPicture } from './image_folder.ts';
import { imageList } from './image_list.ts';
import { tarShards } from './tar_shards.ts';

/** A data set as it was found. */
export interface OpenedDataset {
  readonly kind: 'idx' | 'cifar10' | 'cifar100' | 'tar' | 'folders' | 'list';
  readonly train: Dataset;
  /** What the model is to be judged by; null where the folder has nothing set apart for that. */
  readonly test: Dataset | null;
}

/** Folders that hold what a model is judged by. */
const TEST = /^(test|val|valid|validation)$/i;
const TRAIN = /^(train|training)$/i;
const LIST = /\.(txt|csv|json)$/i;

/**
 * Opens a data set by looking at it: the four files of MNIST; the binary files of CIFAR-10 or CIFAR-100; tar shards,
 * those named test* or val* set apart; a folder train (and test, val or valid) of class folders or shards; class
 * folders; a list of paths and classes (.txt, .csv, .json); a .tar. In browsers the folder is its Files. Classes of
 * the test set are numbered as those of the training set. Throws DataError `missing_file`, `unknown_dataset`, and
 * what the readers throw.
 */
export async function openDataset(place: Folder): Promise<OpenedDataset> {
  if (typeof place === 'string' || place instanceof URL) {
    if (/\.tar$/i.test(String(place))) return { kind: 'tar', train: await tarShards(place), test: null };
    if (LIST.test(String(place))) return { kind: 'list', train: await imageList(place), test: null };
  }
  const files = await dataFiles.list(place);
  const names = new Set(files.map(({ path }) => path));
  const has = (candidates: readonly string[]) => candidates.some((name) => names.has(name) || names.has(`${name}.gz`));
  if (has(idxNames('train', 'images-idx3'))) return { kind: 'idx', ...(await mnist(place)) };
  if (has(['data_batch_1.bin', 'cifar-10-batches-bin/data_batch_1.bin'])) {
    return { kind: 'cifar10', ...(await cifar10(place)) };
  }
  if (has(['train.bin', 'cifar-100-binary/train.bin'])) return { kind: 'cifar100', ...(await cifar100(place)) };
  return openFolders(files, folderName(place));
}

async function openFolders(files: readonly FolderFile[], name: string): Promise<OpenedDataset> {
  const top = (file: FolderFile) => file.path.slice(0, file.path.indexOf('/') + 1).slice(0, -1);
  const below = (folder: RegExp) => files.filter((file) => folder.test(top(file)));
  const training = below(TRAIN);
  if (training.length > 0) {
    const testing = below(TEST);
    const folder = `${name.replace(/\/$/, '')}/${top(training[0]!)}`;
    const train = await openPart(inner(training), folder);
    const test = testing.length > 0 ? `${name.replace(/\/$/, '')}/${top(testing[0]!)}` : null;
    const opened = test === null ? null : await openPart(inner(testing), test, train.dataset);
    return { kind: train.kind, train: train.dataset, test: opened?.dataset ?? null };
  }
  const shards = files.filter(({ path }) => /^[^/]+\.tar$/i.test(path));
  if (shards.length > 0) {
    const isTest = ({ path }: FolderFile) => /^(test|val)/i.test(path);
    const learnt = shards.filter((shard) => !isTest(shard));
    const apart = shards.filter(isTest);
    if (learnt.length === 0) throw new DataError('empty_dataset', `${name}: it has only shards to test with`);
    const train = await openShards(learnt);
    return { kind: 'tar', train, test: apart.length > 0 ? await openShards(apart, train) : null };
  }
  if (!files.some(({ path }) => path.includes('/') && isPicture(path))) {
    const known =
      'IDX files (MNIST), CIFAR binaries, tar shards, class folders of pictures, or train and test folders of them';
    throw new DataError('unknown_dataset', `${name}: ${known} were expected, it has none of these`);
  }
  return { kind: 'folders', train: classFolders(files, name), test: null };
}

async function openPart(
  files: readonly FolderFile[],
  name: string,
  learnt?: Dataset,
): Promise<{ kind: 'tar' | 'folders'; dataset: Dataset }> {
  const shards = files.filter(({ path }) => /\.tar$/i.test(path));
  if (shards.length > 0) return { kind: 'tar', dataset: await openShards(shards, learnt) };
  return { kind: 'folders', dataset: classFolders(files, name, learnt ? { classNames: classNamesOf(learnt) } : {}) };
}

function openShards(shards: readonly FolderFile[], learnt?: Dataset): Promise<Dataset> {
  const places = shards.toSorted((a, b) => byCodePoint(a.path, b.path)).map(({ place }) => place);
  if (!learnt) return tarShards(places);
  const { classes, classNames } = learnt;
  return tarShards(places, { classes, ...(classNames && { classNames }) });
}

function inner(files: readonly FolderFile[]): FolderFile[] {
  return files.map(({ path, place }) => ({ path: path.slice(path.indexOf('/') + 1), place }));
}
