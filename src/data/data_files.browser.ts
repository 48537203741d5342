// Files of data sets as browsers and their workers have them: Files, Blobs and addresses.

import { UsageError } from '../runtime/errors.ts';
import { blobSource } from '../weights/bytes.ts';
import { type DataFiles, findGiven, folderName, listGiven } from './data_files.ts';
import { fetchFile, inFolder, isServed } from './fetch_file.ts';

export const dataFiles: DataFiles = {
  async list(folder) {
    if (typeof folder !== 'string' && !(folder instanceof URL)) return listGiven(folder);
    const instead = 'pass its Files, as an input element with webkitdirectory gives them';
    throw new UsageError('invalid_argument', `${folderName(folder)}: a browser lists no folder by address; ${instead}`);
  },

  async find(folder, names) {
    if (typeof folder !== 'string' && !(folder instanceof URL)) return findGiven(folder, names);
    for (const name of names) {
      const address = inFolder(folder, name, globalThis.location.href);
      if (await isServed(address)) return address;
    }
    return null;
  },

  async open(place) {
    return place instanceof Blob ? blobSource(place) : blobSource(await fetchFile(place), String(place));
  },

  picture: async (place) => place,
};
