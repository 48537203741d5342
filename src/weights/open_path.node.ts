// Random access to a file on a disk.

import { type FileHandle, open } from 'node:fs/promises';
import { WeightsError } from '../runtime/errors.ts';
import { type ByteSource, checked } from './bytes.ts';

/** Random access to a file by path; only what is asked for is read. */
export async function openPath(path: string): Promise<ByteSource> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (cause) {
    const missing = isSystemError(cause) && cause.code === 'ENOENT';
    throw new WeightsError('missing_file', missing ? `${path}: no such file` : `${path} cannot be opened: ${cause}`, {
      cause,
    });
  }
  const stat = await handle.stat();
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  if (!stat.isFile()) {
    await close();
    throw new WeightsError('missing_file', `${path}: a weights file was expected, this is not a file`);
  }
  return {
    name: path,
    size: stat.size,
    async read(start, end) {
      const bytes = new Uint8Array(end - checked(path, start, end, stat.size));
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
        if (bytesRead === 0) throw new WeightsError('corrupt_file', `${path}: it became shorter while it was read`);
        at += bytesRead;
      }
      return bytes;
    },
    close,
  };
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
