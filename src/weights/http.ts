// HTTP as downloads need it: typed errors, a limit on silence, retries of what may pass.

import { HubError, UsageError } from '../runtime/errors.ts';

/** What to do when a hub does not give a file; part of every message that says so. */
export const WAYS_OUT = 'name another hub (--hub DIR|URL, option hub) or a file (--weights FILE, option weights)';

export interface HttpOptions {
  readonly signal?: AbortSignal;
  /** How long a server may send nothing before the call fails with `timeout`. Default 30 000. */
  readonly stallMs?: number;
  /** The first pause before a retry; each next one is twice as long. Default 500. */
  readonly backoffMs?: number;
}

/** An address for messages: without a query, which may be a signature that grants access. */
export const shown = (url: URL): string =>
  url.protocol === 'file:' ? decodeURIComponent(url.pathname) : url.origin + url.pathname;

const RETRIES = 3;
const MAX_RETRY_AFTER_MS = 30_000;

/** A failure that may pass. `failure` is what the caller gets when it does not. */
export class Transient extends Error {
  readonly failure: HubError;
  readonly waitMs: number;

  constructor(failure: HubError, waitMs = 0) {
    super(failure.message, { cause: failure });
    this.failure = failure;
    this.waitMs = waitMs;
  }
}

/** Runs `action` again, at most three times, while it fails with Transient. An abort ends the pauses too. */
export async function withRetries<T>(options: HttpOptions, action: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof Transient)) throw error;
      if (attempt === RETRIES || error.waitMs > MAX_RETRY_AFTER_MS) throw error.failure;
      await pause(Math.max((options.backoffMs ?? 500) * 2 ** attempt, error.waitMs), options.signal);
    }
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** A response whose body is pulled chunk by chunk. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The next bytes, or null at the end. Throws Transient when the connection breaks. */
  next(): Promise<Uint8Array | null>;
  /** Ends it, read to the end or not. Safe to call twice. */
  close(): void;
}

/** GETs `url`; an answer is a status below 300 or 416, everything else is thrown as a HubError or Transient. */
export async function request(url: URL, headers: Record<string, string>, options: HttpOptions): Promise<Answer> {
  const { signal, stallMs = 30_000 } = options;
  if (url.username || url.password)
    throw new UsageError('invalid_argument', `${shown(url)}: an address with a user name or password is not fetched`);
  signal?.throwIfAborted();
  const controller = new AbortController();
  const forward = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', forward, { once: true });
  const close = (): void => {
    signal?.removeEventListener('abort', forward);
    controller.abort(new DOMException('closed', 'AbortError')); // frees the connection when bytes are left
  };
  const watched = async <T>(work: Promise<T>, broken: (cause: unknown) => Error): Promise<T> => {
    let stalled: HubError | undefined;
    const timer = setTimeout(() => {
      stalled = new HubError('timeout', `${url.host} sent nothing for ${stallMs} ms (${shown(url)}): ${WAYS_OUT}`);
      controller.abort(stalled);
    }, stallMs);
    try {
      return await work;
    } catch (cause) {
      close();
      signal?.throwIfAborted();
      throw stalled ?? broken(cause);
    } finally {
      clearTimeout(timer);
    }
  };

  const response = await watched(fetch(url, { headers, signal: controller.signal }), (cause) =>
    unreachable(url, cause),
  );
  if (response.status >= 300 && response.status !== 416) {
    close();
    throw refusal(url, response);
  }
  const reader = response.body?.getReader();
  return {
    status: response.status,
    headers: response.headers,
    async next() {
      if (!reader) return null;
      const broken = (cause: unknown): Error =>
        new Transient(new HubError('short_body', `${shown(url)}: the connection broke (${reason(cause)})`, { cause }));
      return (await watched(reader.read(), broken)).value ?? null;
    },
    close,
  };
}

function refusal(url: URL, { status, statusText, headers }: Response): Error {
  if (status === 404 || status === 410)
    return new HubError('not_found', `${shown(url)} does not exist (${status}): ${WAYS_OUT}`);
  const text = `${shown(url)} answered ${status} ${statusText}`.trimEnd();
  const failure = new HubError('http_error', `${text}: ${WAYS_OUT}`);
  if (status < 500 && status !== 408 && status !== 429) return failure;
  const after = headers.get('retry-after') ?? '';
  const wait = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now();
  return new Transient(failure, Math.max(wait || 0, 0));
}

const PASSING = ['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'UND_ERR_SOCKET'];

function unreachable(url: URL, cause: unknown): Error {
  const failure = new HubError(
    'unreachable',
    `cannot reach ${url.host} for ${shown(url)} (${reason(cause)}): ${WAYS_OUT}`,
    {
      cause,
    },
  );
  return PASSING.includes(codeOf(cause) ?? '') ? new Transient(failure) : failure;
}

/** fetch hides the reason (`ENOTFOUND`) in the cause of a "fetch failed". */
function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string') return at.code;
  return undefined;
}

function reason(error: unknown): string {
  return codeOf(error) ?? (error instanceof Error ? error.message : String(error));
}
