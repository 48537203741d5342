// A whole file of a data set in memory, unpacked where it is gzip.

import { dataFiles } from '#data_files';
import { DataError } from '../runtime/errors.ts';
import type { Place } from './data_files.ts';

/** A file's bytes and what messages call it. */
export interface WholeFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Reads a file; what begins as gzip is unpacked. Throws DataError `missing_file`, `corrupt_file`. */
export async function openWhole(place: Place): Promise<WholeFile> {
  const file = await dataFiles.open(place);
  try {
    const bytes = await file.read(0, file.size);
    return { name: file.name, bytes: isGzip(bytes) ? await unpack(bytes, file.name) : bytes };
  } finally {
    await file.close();
  }
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function unpack(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new DataError('corrupt_file', `${name}: broken gzip: ${reason}`, { cause });
  }
}
