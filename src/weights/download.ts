// Downloads: a file of known content into a part that resumes, and small texts.
//
// No If-Range is sent: a browser would have to ask the server's leave for that header first (CORS), and the SHA-256 is
// the stronger validator. An ETag that changed between two answers starts the file again at once; a resumed file whose
// hash is wrong is fetched once more from its first byte.

import { files } from '#files';
import { HubError } from '../runtime/errors.ts';
import type { OnProgress } from '../runtime/progress.ts';
import { type ByteSource, DETECT_BYTES, detectFormat } from './bytes.ts';
import { type Answer, type HttpOptions, request, shown, Transient, WAYS_OUT, withRetries } from './http.ts';
import type { Hasher } from './sha256.ts';
import type { Part } from './store.ts';

export interface DownloadOptions extends HttpOptions {
  readonly onProgress?: OnProgress;
}

export interface Wanted {
  readonly url: URL;
  /** For progress events. */
  readonly name: string;
  /** Or the first digits of it. Absent where nobody knows it: then only the length is checked. */
  readonly sha256?: string;
  readonly bytes?: number;
}

/**
 * Fetches `wanted` into `part`, going on where that ends, checks it and finishes the part. When it fails, the part keeps
 * its bytes for the next call, unless they are wrong.
 * Throws HubError: `unreachable`, `timeout`, `not_found`, `http_error`, `html_page`, `short_body`, `wrong_hash`,
 * `cache_unwritable`; or the signal's reason.
 */
export async function download(wanted: Wanted, part: Part, options: DownloadOptions): Promise<ByteSource> {
  try {
    const transfer = await Transfer.begin(wanted, part, options);
    await withRetries(options, () => transfer.attempt());
    return await part.finish();
  } catch (error) {
    const wrong = error instanceof HubError && error.code === 'wrong_hash';
    // What went wrong first is what the caller has to know; a part that cannot be put away is claimed later.
    await (wrong ? part.discard() : part.keep()).catch(() => {});
    throw error;
  }
}

class Transfer {
  readonly #wanted: Wanted;
  readonly #part: Part;
  readonly #options: DownloadOptions;
  #hash: Hasher = files.hasher();
  #etag: string | null = null;
  /** Whether the bytes come from more than one answer, which may not fit together. */
  #mixed = false;
  #total: number | undefined;

  private constructor(wanted: Wanted, part: Part, options: DownloadOptions) {
    this.#wanted = wanted;
    this.#part = part;
    this.#options = options;
    this.#total = wanted.bytes;
  }

  static async begin(wanted: Wanted, part: Part, options: DownloadOptions): Promise<Transfer> {
    const transfer = new Transfer(wanted, part, options);
    if (part.bytes > 0) {
      transfer.#mixed = true;
      for await (const block of part.written()) {
        options.signal?.throwIfAborted();
        transfer.#hash.update(block);
      }
    }
    return transfer;
  }

  /** One request, or none when all bytes are there. Returns when the part is complete and right. */
  async attempt(): Promise<void> {
    const { url, sha256 } = this.#wanted;
    if (this.#part.bytes === 0 || this.#part.bytes !== this.#total) await this.#fetch();
    const { bytes } = this.#part;
    if (this.#total !== undefined && bytes < this.#total)
      throw new Transient(
        new HubError('short_body', `${shown(url)}: got ${bytes} of ${this.#total} bytes: ${WAYS_OUT}`),
      );
    if (sha256 === undefined) return;
    const found = this.#hash.hex();
    if (found.startsWith(sha256)) return;
    const failure = new HubError('wrong_hash', `${shown(url)} has SHA-256 ${found}, expected ${sha256}: ${WAYS_OUT}`);
    if (!this.#mixed) throw failure;
    await this.#restart();
    throw new Transient(failure);
  }

  async #fetch(): Promise<void> {
    // A body compressed on the way has neither a known length nor ranges.
    const headers: Record<string, string> = { 'Accept-Encoding': 'identity' };
    if (this.#part.bytes > 0) headers.Range = `bytes=${this.#part.bytes}-`;
    const answer = await request(this.#wanted.url, headers, this.#options);
    try {
      await this.#take(answer);
    } catch (error) {
      if (!(error instanceof Transient) || error.failure.code !== 'short_body') throw error;
      const got = `got ${this.#part.bytes} of ${this.#total ?? 'unknown'} bytes`;
      throw new Transient(new HubError('short_body', `${error.message}, ${got}: ${WAYS_OUT}`, { cause: error.cause }));
    } finally {
      answer.close();
    }
  }

  async #take(answer: Answer): Promise<void> {
    const { url, name, bytes: expected } = this.#wanted;
    const etag = answer.headers.get('etag');
    const resumed = answer.status === 206;
    if (answer.status === 416 || (resumed && !this.#continues(answer, etag))) {
      await this.#restart();
      throw new Transient(
        new HubError('http_error', `${shown(url)} answered ${answer.status} to a request for its rest`),
      );
    }
    this.#etag = etag;
    const first = await firstBytes(answer);
    if (!resumed) {
      if (detectFormat(first) === 'html') throw htmlPage(url);
      if (this.#part.bytes > 0) await this.#restart();
      this.#checkLength(answer);
    }
    const whole = this.#total;
    for (let chunk: Uint8Array | null = first; chunk; chunk = await answer.next()) {
      if (chunk.length === 0) continue;
      if (expected !== undefined && this.#part.bytes + chunk.length > expected)
        throw new HubError('wrong_hash', `${shown(url)} is longer than the ${expected} bytes expected: ${WAYS_OUT}`);
      this.#hash.update(chunk);
      await this.#part.append(chunk);
      const done = this.#part.bytes;
      this.#options.onProgress?.({
        phase: 'download',
        unit: 'bytes',
        done,
        ...(whole === undefined ? {} : { total: whole }),
        file: name,
      });
      this.#options.signal?.throwIfAborted();
    }
  }

  #continues(answer: Answer, etag: string | null): boolean {
    if (this.#part.bytes === 0) return false;
    this.#mixed = true;
    const range = answer.headers.get('content-range'); // browsers hide it unless the server exposes it
    if (range && !range.startsWith(`bytes ${this.#part.bytes}-`)) return false;
    return !etag || !this.#etag || etag === this.#etag;
  }

  /** The length of a whole answer, before its bytes are fetched. */
  #checkLength(answer: Answer): void {
    const text = answer.headers.get('content-length');
    if (text === null || answer.headers.has('content-encoding')) return;
    const { url, bytes } = this.#wanted;
    const length = Number(text);
    if (bytes === undefined) this.#total = length;
    else if (length !== bytes)
      throw new HubError(
        length < bytes ? 'short_body' : 'wrong_hash',
        `${shown(url)} has ${length} bytes, expected ${bytes}: ${WAYS_OUT}`,
      );
  }

  async #restart(): Promise<void> {
    await this.#part.restart();
    this.#hash = files.hasher();
    this.#etag = null;
    this.#mixed = false;
  }
}

/** Enough bytes to tell an HTML page from a weights file, however small the server's chunks are. */
async function firstBytes(answer: Answer): Promise<Uint8Array> {
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < DETECT_BYTES) {
    const chunk = await answer.next();
    if (!chunk) break;
    if (first.length === 0) first = chunk;
    else {
      const joined = new Uint8Array(first.length + chunk.length);
      joined.set(first);
      joined.set(chunk, first.length);
      first = joined;
    }
  }
  return first;
}

const htmlPage = (url: URL): HubError =>
  new HubError('html_page', `${shown(url)} answered with an HTML page instead of the file: ${WAYS_OUT}`);

/** A small text. Throws like `download`, and `bad_index` when it is longer than `maxBytes` or not UTF-8. */
export async function fetchText(url: URL, maxBytes: number, options: HttpOptions): Promise<string> {
  return withRetries(options, async () => {
    const answer = await request(url, {}, options);
    try {
      const decoder = new TextDecoder('utf-8', { fatal: true });
      let text = '';
      let bytes = 0;
      for (let chunk = await answer.next(); chunk; chunk = await answer.next()) {
        bytes += chunk.length;
        if (bytes > maxBytes)
          throw new HubError('bad_index', `${shown(url)} is longer than ${maxBytes} bytes: no index`);
        text += decoder.decode(chunk, { stream: true });
      }
      if (/^\s*<[!?a-z]/i.test(text)) throw htmlPage(url);
      return text + decoder.decode();
    } catch (cause) {
      if (cause instanceof TypeError) throw new HubError('bad_index', `${shown(url)} is not UTF-8 text`, { cause });
      throw cause;
    } finally {
      answer.close();
    }
  });
}
