// The cache in front of every hub: a file from it is checked like a download, a damaged one is fetched again.

import { files } from '#files';
import { breathe } from '../runtime/breathe.ts';
import { HubError } from '../runtime/errors.ts';
import type { OnProgress } from '../runtime/progress.ts';
import type { ByteSource } from './bytes.ts';
import { blocks } from './bytes.ts';
import { type DownloadOptions, download } from './download.ts';
import { shown, WAYS_OUT } from './http.ts';
import type { CacheReport, Store } from './store.ts';

/** A file whose content is known before it is fetched. */
export interface KnownFile {
  /** Its file name; folders in front of it are dropped. */
  readonly file: string;
  /** Or the first digits of it, where no more are published. */
  readonly sha256: string;
  readonly bytes?: number;
}

/**
 * The file from the cache, or through a download that ends in the cache; checked either way.
 * Throws HubError: `offline` when it would have to be downloaded and may not be, `wrong_hash` when it is damaged and may
 * not be replaced, and everything a download can end in.
 */
export async function obtain(
  store: Store,
  known: KnownFile,
  url: URL,
  options: DownloadOptions & { readonly offline: boolean },
): Promise<ByteSource> {
  const cached = await store.open(known.sha256, known.file);
  if (cached) {
    try {
      await verify(cached, known, options);
      return cached;
    } catch (error) {
      await cached.close();
      if (!(error instanceof HubError) || options.offline) throw error;
      await store.remove(known.sha256, known.file);
    }
  }
  if (options.offline) throw offlineError(shown(url), store);
  const part = await store.part(known.sha256, known.file);
  return download({ ...known, url, name: known.file }, part, options);
}

export function offlineError(what: string, store: Store): HubError {
  const where = store.directory ? `the cache ${store.directory}` : 'a cache (there is none here)';
  return new HubError('offline', `${what} is not in ${where}, and the network is not to be used: ${WAYS_OUT}`);
}

/** The `offline` option, by default whether CONVOKE_OFFLINE is set to 1. */
export function isOffline(option: boolean | undefined): boolean {
  return option ?? /^(1|true|yes|on)$/i.test(files.environment('CONVOKE_OFFLINE') ?? '');
}

/** Hashes the whole source and throws HubError `wrong_hash` unless it is the one expected, or begins with it. */
export async function verify(
  source: ByteSource,
  expected: { readonly sha256: string; readonly bytes?: number },
  options: DigestOptions = {},
): Promise<void> {
  if (expected.bytes !== undefined && source.size !== expected.bytes)
    throw new HubError('wrong_hash', `${source.name} has ${source.size} bytes, expected ${expected.bytes}`);
  const found = await digest(source, options);
  if (!found.startsWith(expected.sha256))
    throw new HubError('wrong_hash', `${source.name} has SHA-256 ${found}, expected ${expected.sha256}`);
}

export interface DigestOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** The SHA-256 of the whole source. Throws the signal's reason. */
export async function digest(source: ByteSource, { signal, onProgress }: DigestOptions): Promise<string> {
  const hash = files.hasher();
  let done = 0;
  for await (const block of blocks(source)) {
    signal?.throwIfAborted();
    hash.update(block);
    await breathe();
    done += block.length;
    onProgress?.({ phase: 'verify', unit: 'bytes', done, total: source.size, file: source.name });
  }
  return hash.hex();
}

/** Where the cache is and what it holds. `directory` is what `cacheDir` is elsewhere. */
export async function inspectCache(directory?: string): Promise<CacheReport> {
  return (await files.openStore(directory)).inspect();
}
