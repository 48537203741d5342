// What weights need of the platform: files, the environment, a hash and a cache. `#files` is Node's or the browser's.

import type { ByteSource } from './bytes.ts';
import type { Hasher } from './sha256.ts';
import type { Store } from './store.ts';

export interface Platform {
  /** A variable of the process; undefined in browsers and where it is empty. */
  environment(name: string): string | undefined;
  /**
   * What an address means here: http(s) URLs stay, in Node everything else is a path, in browsers it is relative to the
   * page. Throws UsageError `invalid_argument` for schemes that are not read.
   */
  locate(address: string): URL;
  /** Opens a `file:` URL. Throws WeightsError `missing_file`; browsers have none. */
  openFile(url: URL): Promise<ByteSource>;
  /** Writes a path or `file:` URL so that it appears whole or not at all. Throws WeightsError `missing_file` where that cannot be. */
  writeFile(file: string | URL, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** The cache: in Node a folder (`directory` or the default one), in browsers the origin's private files, or memory. */
  openStore(directory?: string): Promise<Store>;
  hasher(): Hasher;
}
