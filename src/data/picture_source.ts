// Where one picture of a data set lies, as plain data that a worker can be sent, and how it becomes pixels.

import { dataFiles } from '#data_files';
import type { RawPixels } from '../image/pixels.ts';
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

/** The source's pixels; raw ones come back as they are. Throws ImageError or DataError, which name the file. */
export async function readSource(source: PictureSource, signal?: AbortSignal): Promise<RawPixels> {
  if (isDecoded(source)) return source;
  const { decodeImage } = await import('#decode'); // with the first picture that needs it
  const encoded =
    typeof source === 'object' && isPart(source) ? await readPart(source) : await dataFiles.picture(source, signal);
  return decodeImage(encoded, signal ? { signal } : {});
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
