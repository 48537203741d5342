// What a cache is: files named by their SHA-256 (or as much of it as is published), downloads in progress beside them, small text records.

import { type ByteSource, bytesSource } from './bytes.ts';

/** A download in progress. It becomes a finished file by `finish` alone. */
export interface Part {
  /** Bytes that are there already. */
  readonly bytes: number;
  /** Reads back what is there. */
  written(): AsyncIterable<Uint8Array>;
  append(chunk: Uint8Array): Promise<void>;
  /** Forgets what is there. */
  restart(): Promise<void>;
  /** Makes it the finished file, at once, and opens that. The caller has checked the bytes. */
  finish(): Promise<ByteSource>;
  /** Stops and leaves the bytes for a later download to go on from. */
  keep(): Promise<void>;
  /** Stops and leaves nothing. */
  discard(): Promise<void>;
}

export interface Store {
  /** Where it is, for messages; null for memory. */
  readonly directory: string | null;
  /** A finished file, or null. Its bytes are as the disk has them: the caller checks. */
  open(sha256: string, file: string): Promise<ByteSource | null>;
  remove(sha256: string, file: string): Promise<void>;
  /** Goes on with a download that nobody is working on, or begins one. Throws HubError `cache_unwritable`. */
  part(sha256: string, file: string): Promise<Part>;
  /** A small text kept by name (a hub's index, what a moving address last stood for), or null. */
  record(name: string): Promise<string | null>;
  putRecord(name: string, text: string): Promise<void>;
  inspect(): Promise<CacheReport>;
}

/** What `convoke doctor` says of the cache. */
export interface CacheReport {
  readonly directory: string | null;
  readonly writable: boolean;
  /** Everything in it, downloads in progress included. */
  readonly bytes: number;
  /** Finished weights files. */
  readonly files: number;
}

/** A file name safe on every disk: the last segment of `file`, odd characters replaced. */
export function cacheName(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9._-]/g, '_');
  return /^\.*$/.test(name) || name.endsWith('.part') ? `${name}_` : name;
}

/** A part in memory, for platforms without a place for files and for downloads that are not cached. */
export function memoryPart(name: string): Part {
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  const discard = async (): Promise<void> => {
    chunks = [];
    bytes = 0;
  };
  return {
    get bytes() {
      return bytes;
    },
    async *written() {
      yield* chunks;
    },
    async append(chunk) {
      chunks.push(chunk);
      bytes += chunk.length;
    },
    restart: discard,
    async finish() {
      // Chunks are let go one by one: the file is never in memory twice.
      const whole = new Uint8Array(bytes);
      for (let at = 0, chunk = chunks.shift(); chunk; at += chunk.length, chunk = chunks.shift()) whole.set(chunk, at);
      return bytesSource(whole, name);
    },
    keep: async () => {},
    discard,
  };
}

/** A store that keeps nothing: every download is checked like any other and lives as long as its caller wants. */
export function memoryStore(): Store {
  return {
    directory: null,
    open: async () => null,
    remove: async () => {},
    part: async (_sha256, file) => memoryPart(file),
    record: async () => null,
    putRecord: async () => {},
    inspect: async () => ({ directory: null, writable: false, bytes: 0, files: 0 }),
  };
}
