// A file of a data set from a server.

import { DataError } from '../runtime/errors.ts';

/** The body of an address. Throws DataError `missing_file`. */
export async function fetchFile(address: string | URL, signal?: AbortSignal): Promise<Blob> {
  const response = await ask(address, { signal: signal ?? null });
  if (!response.ok) throw new DataError('missing_file', `${address}: the server answered ${response.status}`);
  return response.blob();
}

/** Whether a server has it. */
export async function isServed(address: string | URL): Promise<boolean> {
  return (await ask(address, { method: 'HEAD' })).ok;
}

async function ask(address: string | URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new DataError('missing_file', `${address}: cannot be fetched: ${(cause as Error).message}`, { cause });
  }
}

/** The address of a file in a folder that is an address. */
export function inFolder(folder: string | URL, name: string, page?: string): string {
  return new URL(name, new URL(String(folder).replace(/\/?$/, '/'), page)).href;
}
