// Reference values, weights and photos beside the repository: the same calls in Node and in a browser.
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Absolute path of `../shared/` with a slash at its end; null where there is none. */
    shared: string | null;
  }
}

/** What a test that needs `../shared` says when it skips itself: `context.skip(SHARED_MISSING)`. */
export const SHARED_MISSING = 'the folder ../shared (reference values, weights, photos) is absent';

/** Whether `../shared` is there, for `it.skipIf(!hasShared)`. */
export const hasShared: boolean = inject('shared') !== null;

/** Node only: the absolute path of a file or folder in `../shared`, or null where that is absent. */
export function sharedPath(path: string): string | null {
  const root = inject('shared');
  return root && root + path;
}

/** A file of `../shared`; null where the folder is absent. A file missing from a folder that is there is an error. */
export async function readShared(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const file = sharedPath(path);
  if (!file) return null;
  if (typeof window === 'undefined') {
    const { readFile } = await import('node:fs/promises');
    return new Uint8Array(await readFile(file));
  }
  const response = await fetch(`/@fs${file.startsWith('/') ? '' : '/'}${encodeURI(file)}`);
  // Vite answers an unknown path with its page rather than with 404.
  if (!response.ok || response.headers.get('content-type')?.startsWith('text/html')) {
    throw new Error(`../shared/${path}: not served (${response.status})`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

/** A JSON file of `../shared`; null where the folder is absent. */
export async function sharedJson<T>(path: string): Promise<T | null> {
  const bytes = await readShared(path);
  return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as T);
}
