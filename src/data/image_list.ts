// Lists: a picture and its class a line, or as a page has them in memory.

import { DataError } from '../runtime/errors.ts';
import { type ClassOptions, labelClasses } from './class_labels.ts';
import type { Place } from './data_files.ts';
import { type Dataset, datasetOf } from './dataset.ts';
import { fileAddress } from './file_address.ts';
import { openWhole } from './open_whole.ts';
import type { PictureSource } from './picture_source.ts';

/** A picture of a list. */
export interface Labelled {
  readonly image: PictureSource;
  /** A class's number or its name. */
  readonly label: number | string;
  /** What reports call it. Default: its path or file name, or its number. */
  readonly name?: string;
}

export interface ListOptions extends ClassOptions {
  /** The folder (or address) that paths in the list begin at. Default: that of the list. */
  readonly root?: string;
}

/**
 * Pictures and classes given as they are, or by a file that lists them: text (`path class` a line), CSV
 * (`path,class`, a first line of titles is passed over) or JSON (`[{ "image": path, "label": class }]`, `[[path,
 * class]]` or `{ path: class }`). Classes are numbers from 0, or names. Throws DataError `missing_file`,
 * `corrupt_file` (with the line), `empty_dataset`, `unknown_class`.
 */
export async function imageList(list: Place | readonly Labelled[], options: ListOptions = {}): Promise<Dataset> {
  const isFile = typeof list === 'string' || list instanceof URL || list instanceof Blob;
  const entries = isFile ? await readList(list, options) : list;
  const name = (i: number) => entries[i]!.name ?? nameOf(entries[i]!.image, i);
  const { labels, classes, classNames } = labelClasses(
    entries.map(({ label }) => String(label)),
    name,
    options,
  );
  const from = isFile ? (list instanceof Blob ? 'the given list' : String(list)) : 'the given list';
  return datasetOf({ labels, classes, classNames, from, source: (i) => entries[i]!.image, name });
}

function nameOf(image: PictureSource, index: number): string {
  if (typeof image === 'string') return image;
  return image instanceof File ? image.name : `picture ${index}`;
}

async function readList(list: Place, { root }: ListOptions): Promise<Labelled[]> {
  const { name, bytes } = await openWhole(list);
  const text = new TextDecoder().decode(bytes);
  const rows = /^\s*[[{]/.test(text) ? fromJson(text, name) : fromLines(text, name);
  const base = root ?? (list instanceof Blob ? '' : String(list).replace(/[^/\\]*$/, ''));
  return rows.map(([path, label]) => ({ image: fileAddress(base, path), label, name: path }));
}

type Row = readonly [path: string, label: string | number];

const TITLES = /^(path|image|file|filename|name)$/i;

function fromLines(text: string, name: string): Row[] {
  const rows: Row[] = [];
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const comma = /^\s*(?:"((?:[^"]|"")*)"|([^",]*?))\s*,\s*(?:"((?:[^"]|"")*)"|([^",]*?))\s*$/.exec(line);
    const cells = comma
      ? [comma[1]?.replaceAll('""', '"') ?? comma[2], comma[3]?.replaceAll('""', '"') ?? comma[4]]
      : /^\s*(.*\S)\s+(\S+)\s*$/.exec(line)?.slice(1);
    const [path, label] = cells ?? [];
    if (!path || !label) throw corrupt(name, `line ${i + 1}: a path and a class were expected, it is '${line.trim()}'`);
    if (rows.length > 0 || !TITLES.test(path)) rows.push([path, label]);
  });
  return rows;
}

function fromJson(text: string, name: string): Row[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new DataError('corrupt_file', `${name}: broken JSON: ${(cause as Error).message}`, { cause });
  }
  const entries: readonly unknown[] = Array.isArray(json) ? json : Object.entries(json as object);
  return entries.map((entry, i) => {
    const [path, label] = Array.isArray(entry) ? entry : cellsOf(entry);
    if (typeof path === 'string' && (typeof label === 'string' || typeof label === 'number')) return [path, label];
    throw corrupt(name, `entry ${i}: an image's path and a label were expected, it is ${JSON.stringify(entry)}`);
  });
}

function cellsOf(entry: unknown): [unknown, unknown] {
  const cells = (entry ?? {}) as Record<string, unknown>;
  return [cells.image ?? cells.path, cells.label ?? cells.class];
}

function corrupt(name: string, what: string): DataError {
  return new DataError('corrupt_file', `${name}: ${what}`);
}
