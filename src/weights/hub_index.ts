// hub.json: fetched or read, checked field by field, and the file names in it kept inside the hub.

import { files } from '#files';
import { HubError, WeightsError } from '../runtime/errors.ts';
import { schemaIssue } from '../runtime/schema_issue.ts';
import { offlineError } from './cache.ts';
import { fetchText } from './download.ts';
import { type HttpOptions, shown, WAYS_OUT } from './http.ts';
import { type HubEntry, type HubIndex, hubIndexSchema } from './hub_schema.ts';
import type { Store } from './store.ts';

const MAX_INDEX_BYTES = 16 * 1024 * 1024;

/** A hub: where its files are, and what it says of them. */
export interface Hub {
  /** The folder or address, ending in "/"; a query (a signed address) goes along to every file. */
  readonly base: URL;
  readonly index: HubIndex;
}

/**
 * Opens the hub at `address`: a folder (Node), or an http(s) URL, with hub.json in it or at its end.
 * Offline the index comes from the folder or from the cache.
 * Throws HubError: `not_found`, `bad_index` naming the field, `html_page`, `offline`, and what a download can end in.
 */
export async function openHub(
  address: string,
  store: Store,
  options: HttpOptions & { readonly offline: boolean },
): Promise<Hub> {
  const base = files.locate(address);
  base.pathname = base.pathname.replace(/(\/hub\.json)?\/?$/, '/');
  const url = fileIn(base, 'hub.json');
  if (base.protocol === 'file:') return { base, index: parseIndex(await readIndex(url), shown(url)) };
  const recorded = await store.record(`${url}`);
  if (options.offline && recorded === null) throw offlineError(shown(url), store);
  const text = options.offline && recorded !== null ? recorded : await fetchText(url, MAX_INDEX_BYTES, options);
  const index = parseIndex(text, shown(url));
  if (text !== recorded) await store.putRecord(`${url}`, text);
  return { base, index };
}

async function readIndex(url: URL): Promise<string> {
  const source = await files.openFile(url).catch((cause: unknown) => {
    if (!(cause instanceof WeightsError)) throw cause;
    throw new HubError('not_found', `${shown(url)}: no hub index there (${cause.message}): ${WAYS_OUT}`, { cause });
  });
  try {
    if (source.size > MAX_INDEX_BYTES)
      throw new HubError('bad_index', `${shown(url)} has ${source.size} bytes, an index at most ${MAX_INDEX_BYTES}`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await source.read(0, source.size));
  } catch (cause) {
    if (cause instanceof TypeError) throw new HubError('bad_index', `${shown(url)} is not UTF-8 text`, { cause });
    throw cause;
  } finally {
    await source.close();
  }
}

/** The text of a hub.json, checked. `where` begins the text of the HubError 'bad_index' or 'html_page'. */
export function parseIndex(text: string, where: string): HubIndex {
  if (/^\s*<[!?a-z]/i.test(text)) throw new HubError('html_page', `${where} is an HTML page, not a hub's index`);
  const bad = (problem: string, cause?: unknown): HubError =>
    new HubError('bad_index', `${where}: ${problem}`, { cause });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw bad('not JSON', cause);
  }
  const { data: index, error } = hubIndexSchema.safeParse(json);
  if (!index) {
    const { field, must, is } = schemaIssue(error, json);
    throw bad(`${field || 'the document'} ${must}${is === null ? '' : `, and is ${is}`}`);
  }
  const seen = new Set<string>();
  index.weights.forEach(({ model, id, file, default: isDefault }, i) => {
    const problem = fileProblem(file);
    if (problem) throw bad(`weights[${i}].file: ${JSON.stringify(file)} ${problem}`);
    for (const key of isDefault ? [`${model} ${id}`, `the default of ${model}`] : [`${model} ${id}`]) {
      if (seen.has(key)) throw bad(`weights[${i}]: ${key} is there twice`);
      seen.add(key);
    }
  });
  return index;
}

/** A file must lie in the hub: an index from a stranger may not name the reader's own files. */
function fileProblem(file: string): string | null {
  if (file.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(file)) return 'is absolute, expected a path within the hub';
  if (/[\\%?#]/.test(file) || [...file].some((char) => char < ' '))
    return 'has characters that a hub file may not have';
  if (file.split('/').some((part) => part === '' || part === '.' || part === '..')) return 'leads out of the hub';
  return null;
}

/** The address of a file of the hub. */
export function fileIn(base: URL, file: string): URL {
  const url = new URL(file.split('/').map(encodeURIComponent).join('/'), base);
  url.search = base.search;
  return url;
}

/** The hub's entry of a model. Throws HubError `not_found` for a model that it does not have. */
export function entriesOf({ base, index }: Hub, model: string): HubEntry[] {
  const entries = index.weights.filter((entry) => entry.model === model);
  if (entries.length > 0) return entries;
  const models = [...new Set(index.weights.map((entry) => entry.model))].slice(0, 20).join(', ') || 'nothing';
  throw new HubError('not_found', `the hub ${shown(base)} has no weights of ${model}; it has ${models}: ${WAYS_OUT}`);
}
