// Where one picture of a data set lies, as plain data that a worker can be sent, and how it becomes pixels.

import { dataFiles } from '#data_files';
import type { ImageSource, RawPixels } from '../image/pixels.ts';
import { isRawPixels } from '../image/raw.ts';

/** Bytes [start, end) of a file: a picture in an archive. */
export interface FilePart {
  readonly place: string;
  readonly start: number;
  readonly end: number;
  /** What errors call it. */
  readonly name: string;
}

/** A path or address, a Blob or File, a part of a file, or pixels (1, 3 or 4 bytes each) that need no decoding. */
export type PictureSource = string | Blob | FilePart | RawPixels;

export function isDecoded(source: PictureSource): source is RawPixels {
  return typeof source === 'object' && !(source instanceof Blob) && !isPart(source) && isRawPixels(source);
}

/**
 * The source's pixels; raw ones come back as they are. `name` is what errors call a Blob. Throws ImageError or
 * DataError, which name the file.
 */
export async function readSource(source: PictureSource, name: string, signal?: AbortSignal): Promise<RawPixels> {
  if (isDecoded(source)) return source;
  const { decodeImage } = await import('#decode'); // with the first picture that needs it
  return decodeImage(await encoded(source, name, signal), signal ? { signal } : {});
}

async function encoded(
  source: Exclude<PictureSource, RawPixels>,
  name: string,
  signal: AbortSignal | undefined,
): Promise<ImageSource> {
  if (source instanceof Blob) return new File([source], name); // in Node a File comes to a worker as a Blob
  return typeof source === 'string' ? dataFiles.picture(source, signal) : readPart(source);
}

function isPart(source: Exclude<PictureSource, string>): source is FilePart {
  return 'place' in source;
}

async function readPart({ place, start, end, name }: FilePart): Promise<File> {
  const file = await dataFiles.open(place);
  try {
    return new File([await file.read(start, end)], name);
  } finally {
    await file.close();
  }
}
