// What data sets need of the platform: files by name, whole or in parts. `#data_files` is Node's or the browser's.

import type { ImageSource } from '../image/pixels.ts';
import type { ByteSource } from '../weights/bytes.ts';

/** A file: a path or `file:` URL (Node), an http(s) address, or a Blob or File. */
export type Place = string | URL | Blob;

/**
 * A folder: a path or `file:` URL (Node); an http(s) address, whose files are known by name only; or the files
 * themselves, as a page's `<input type="file" webkitdirectory>` gives them.
 */
export type Folder = string | URL | Iterable<File>;

/** A file of a folder. */
export interface FolderFile {
  /** Relative to the folder, with `/` between names. */
  readonly path: string;
  readonly place: string | Blob;
}

export interface DataFiles {
  /**
   * All files below a folder, hidden ones left out, in no order. Throws DataError `missing_file` where there is no
   * such folder, UsageError where it cannot be listed: an address.
   */
  list(folder: Folder): Promise<readonly FolderFile[]>;
  /** The first of the names that the folder has. */
  find(folder: Folder, names: readonly string[]): Promise<string | Blob | null>;
  /** Random access. Throws DataError `missing_file`. */
  open(place: Place): Promise<ByteSource>;
  /** The file as decodeImage takes it. */
  picture(place: string, signal?: AbortSignal): Promise<ImageSource>;
}

/** What messages call a folder. */
export function folderName(folder: Folder): string {
  return typeof folder === 'string' || folder instanceof URL ? String(folder) : 'the given files';
}

/** Files given one by one, as a folder: the name of the folder that was picked is left out. */
export function listGiven(files: Iterable<File>): FolderFile[] {
  const listed = Array.from(files, (file) => {
    const picked = file.webkitRelativePath;
    return { path: picked ? picked.slice(picked.indexOf('/') + 1) : file.name, place: file };
  });
  return listed.filter(({ path }) => !/(^|\/)\./.test(path));
}

export function findGiven(files: Iterable<File>, names: readonly string[]): Blob | null {
  const listed = listGiven(files);
  for (const name of names) {
    const found = listed.find(({ path }) => path === name);
    if (found) return found.place as Blob;
  }
  return null;
}
