// Files of data sets as Node has them: paths, addresses, and Blobs.

import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataError, UsageError, WeightsError } from '../runtime/errors.ts';
import { blobSource } from '../weights/bytes.ts';
import { isSystemError, openPath } from '../weights/open_path.node.ts';
import { type DataFiles, type FolderFile, findGiven, listGiven } from './data_files.ts';
import { fetchFile, inFolder, isServed } from './fetch_file.ts';

export const dataFiles: DataFiles = {
  async list(folder) {
    if (typeof folder !== 'string' && !(folder instanceof URL)) return listGiven(folder);
    if (isAddress(folder)) throw new UsageError('invalid_argument', `${folder}: a server's folder cannot be listed`);
    const root = pathOf(folder);
    const files: FolderFile[] = [];
    await walk(root, '', files);
    return files;
  },

  async find(folder, names) {
    if (typeof folder !== 'string' && !(folder instanceof URL)) return findGiven(folder, names);
    for (const name of names) {
      if (isAddress(folder)) {
        const address = inFolder(folder, name);
        if (await isServed(address)) return address;
        continue;
      }
      const path = join(pathOf(folder), name);
      if (await stat(path).catch(() => null)) return path;
    }
    return null;
  },

  async open(place) {
    if (place instanceof Blob) return blobSource(place);
    if (isAddress(place)) return blobSource(await fetchFile(place), String(place));
    try {
      return await openPath(pathOf(place));
    } catch (cause) {
      if (!(cause instanceof WeightsError)) throw cause;
      const isFolder = await stat(pathOf(place)).then(
        (facts) => facts.isDirectory(),
        () => false,
      );
      throw new DataError(
        'missing_file',
        isFolder ? `${place}: a file was expected, this is a folder` : cause.message,
        {
          cause,
        },
      );
    }
  },

  async picture(place, signal) {
    if (!isAddress(place)) return place;
    return new File([await fetchFile(place, signal)], place);
  },
};

/** Links to folders are followed, as torchvision follows them. */
async function walk(folder: string, prefix: string, files: FolderFile[]): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const reason = cause.code === 'ENOENT' ? 'there is no such folder' : `cannot be listed: ${cause.message}`;
    throw new DataError('missing_file', `${folder}: ${reason}`, { cause });
  }
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const facts = entry.isSymbolicLink() ? await stat(path).catch(() => entry) : entry;
    if (facts.isDirectory()) await walk(path, `${prefix}${entry.name}/`, files);
    else files.push({ path: prefix + entry.name, place: path });
  }
}

function isAddress(place: string | URL): boolean {
  return /^https?:\/\//i.test(String(place));
}

function pathOf(place: string | URL): string {
  return place instanceof URL || place.startsWith('file:') ? fileURLToPath(place) : place;
}
