// Files, environment and hash as Node has them.

import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UsageError, WeightsError } from '../runtime/errors.ts';
import { isSystemError, openPath } from './open_path.node.ts';
import type { Platform } from './platform.ts';
import { openFolderStore } from './store.node.ts';

export const files: Platform = {
  environment: (name) => process.env[name] || undefined,

  locate(address) {
    // Two letters at least, so that C:\weights is a path.
    if (!/^[a-z][a-z0-9+.-]+:\//i.test(address)) return pathToFileURL(resolve(address));
    if (/^(https?|file):/i.test(address) && URL.canParse(address)) return new URL(address);
    throw new UsageError('invalid_argument', `${address}: expected a path, or an http:, https: or file: address`);
  },

  openFile: (url) => openPath(fileURLToPath(url)),

  async writeFile(file, chunks) {
    const path = typeof file === 'string' ? file : fileURLToPath(file);
    const temporary = `${path}.${randomUUID()}.part`;
    try {
      await mkdir(dirname(resolve(path)), { recursive: true });
      const handle = await open(temporary, 'wx');
      try {
        for await (const chunk of chunks) await writeAll(handle, chunk);
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => {}); // the first failure says what is wrong with the path
      if (!isSystemError(cause)) throw cause;
      throw new WeightsError('missing_file', `${path} cannot be written: ${cause.message}`, { cause });
    }
  },

  openStore: openFolderStore,

  hasher() {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
  },
};

/** A single write may take only a part of the bytes. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}
