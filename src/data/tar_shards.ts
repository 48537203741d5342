// Tar shards as WebDataset writes them: pictures and their classes side by side, `0001.jpg` with `0001.cls`.
//
// github.com/webdataset/webdataset, "The WebDataset format": files of one sample have one name up to the first dot.

import { dataFiles } from '#data_files';
import { DataError } from '../runtime/errors.ts';
import type { ByteSource } from '../weights/bytes.ts';
import { type ClassOptions, labelClasses } from './class_labels.ts';
import type { Place } from './data_files.ts';
import { type Dataset, datasetOf } from './dataset.ts';
import { isPicture } from './image_folder.ts';
import { isGzip } from './open_whole.ts';
import type { PictureSource } from './picture_source.ts';
import { listTar, type TarEntry } from './tar.ts';

interface Sample {
  readonly name: string;
  readonly source: PictureSource;
  readonly label: string;
}

/**
 * Pictures of one archive or several, in the archives' order. A sample is a picture and a class: `KEY.cls` with a
 * number or a name, or `KEY.json` with `label` or `cls`. Only headers and classes are read at first. Throws DataError
 * `missing_file`, `corrupt_file` (with archive and member), `empty_dataset`, `unknown_class`.
 */
export async function tarShards(shards: Place | readonly Place[], options: ClassOptions = {}): Promise<Dataset> {
  const places = Array.isArray(shards) ? (shards as readonly Place[]) : [shards as Place];
  const samples: Sample[] = [];
  for (const place of places) {
    const file = await dataFiles.open(place);
    try {
      samples.push(...(await readShard(file, place)));
    } finally {
      await file.close();
    }
  }
  const name = (i: number) => samples[i]!.name;
  const { labels, classes, classNames } = labelClasses(
    samples.map(({ label }) => label),
    name,
    options,
  );
  const from = places.map((place) => (place instanceof Blob ? 'the given archive' : String(place))).join(', ');
  return datasetOf({ labels, classes, classNames, from, source: (i) => samples[i]!.source, name });
}

async function readShard(file: ByteSource, place: Place): Promise<Sample[]> {
  if (isGzip(await file.read(0, Math.min(2, file.size)))) {
    throw new DataError(
      'corrupt_file',
      `${file.name}: it is packed with gzip, and pictures are read at random: unpack it`,
    );
  }
  const groups = new Map<string, { picture?: TarEntry; label?: TarEntry }>();
  for (const entry of await listTar(file)) {
    const dot = entry.path.indexOf('.', entry.path.lastIndexOf('/') + 1);
    if (dot < 0) continue;
    const [key, kind] = [entry.path.slice(0, dot), entry.path.slice(dot).toLowerCase()];
    const group = groups.get(key) ?? {};
    groups.set(key, group);
    if (isPicture(kind)) group.picture = entry;
    else if (kind === '.cls' || (kind === '.json' && !group.label)) group.label = entry;
  }
  const samples: Sample[] = [];
  for (const [key, { picture, label }] of groups) {
    if (!picture) continue; // other data of the archive's maker
    const name = `${file.name}: ${picture.path}`;
    if (!label) throw new DataError('corrupt_file', `${name}: there is no ${key}.cls or ${key}.json to say its class`);
    const { start, end } = picture;
    samples.push({
      name,
      source: await partOf(file, place, { start, end, name }),
      label: await readLabel(file, label),
    });
  }
  return samples;
}

async function readLabel(file: ByteSource, { path, start, end }: TarEntry): Promise<string> {
  const text = new TextDecoder().decode(await file.read(start, end)).trim();
  const wrong = () =>
    new DataError('corrupt_file', `${file.name}: ${path}: a class was expected, it is '${text.slice(0, 80)}'`);
  if (!path.endsWith('.json')) {
    if (text === '' || text.includes('\n')) throw wrong();
    return text;
  }
  try {
    const { label, cls = label } = JSON.parse(text) as Record<string, unknown>;
    if (typeof cls === 'string' || typeof cls === 'number') return String(cls);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw wrong();
}

type Range = { readonly start: number; readonly end: number; readonly name: string };

/** A path is opened again for each picture; what was fetched or given stays in memory and is sliced. */
async function partOf(file: ByteSource, place: Place, { start, end, name }: Range): Promise<PictureSource> {
  if (place instanceof Blob) return new File([place.slice(start, end)], name);
  if (/^https?:/i.test(String(place))) return new File([await file.read(start, end)], name);
  return { place: String(place), start, end, name };
}
