// `convoke cache`: what lies in the cache, whether it is whole, and out with it.

import { files } from '#files';
import { table } from '../registry/table.ts';
import { HubError } from '../runtime/errors.ts';
import { type DigestOptions, verify } from '../weights/cache.ts';
import { type CachedFile, cachedFiles, removeCached, removeRecords } from '../weights/cached_files.node.ts';
import { openPath } from '../weights/open_path.node.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { print, printJson, size, tell } from './output.ts';
import { owners } from './owners.ts';
import { showProgress } from './progress.ts';

interface Cached extends CachedFile {
  /** The model and the entry, where a published one is known by its hash. */
  readonly weights: string;
}

interface Found {
  readonly directory: string;
  readonly found: readonly Cached[];
  readonly json: boolean;
  /** Whether all of the cache is meant. */
  readonly everything: boolean;
}

export async function cache({ operands, json = false }: Arguments, signal: AbortSignal): Promise<number> {
  const [what = '', pattern, ...more] = operands;
  const action = Object.hasOwn(actions, what) ? actions[what as keyof typeof actions] : undefined;
  if (!action) throw wrongUsage(`cache takes ${Object.keys(actions).join(', ')}, and was given '${what}'`);
  if (more.length > 0) throw wrongUsage(`cache ${what} takes one PATTERN, and was given ${operands.length - 1}`);
  const store = await files.openStore();
  const directory = store.directory ?? '';
  const ownerOf = await owners(store);
  const all = (await cachedFiles(directory)).map((file) => ({ ...file, weights: ownerOf(file.sha256) }));
  const found = pattern === undefined ? all : all.filter(matches(pattern));
  return action({ directory, found, json, everything: pattern === undefined }, signal);
}

/** A part of a name or hash, or a whole one in which * stands for anything. */
function matches(pattern: string): (file: Cached) => boolean {
  const [first = '', ...rest] = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(rest.length > 0 ? `^${[first, ...rest].join('.*')}$` : first);
  return ({ file, sha256, weights }) =>
    [file, sha256, weights, ...weights.split(' ')].some((text) => expression.test(text));
}

const actions = {
  async list({ directory, found, json }: Found): Promise<number> {
    if (json) printJson({ directory, files: found });
    else {
      const rows = found.map(({ weights, file, bytes, sha256, state }) => [
        weights || 'of a hub',
        file,
        size(bytes),
        sha256.slice(0, 12),
        state,
      ]);
      if (rows.length > 0) print(table(['weights', 'file', 'size', 'sha-256', 'state'], rows, 'llrll'));
      print(`${directory}: ${total(found)}`);
    }
    return 0;
  },

  /** Hashes every file; unfinished downloads are checked when they are finished. */
  async verify({ directory, found, json }: Found, signal: AbortSignal): Promise<number> {
    const checked: (Cached & { readonly ok: boolean; readonly problem?: string })[] = [];
    const bars = await showProgress();
    try {
      for (const file of found.filter(({ state }) => state === 'whole'))
        checked.push({ ...file, ...(await check(file, { signal, onProgress: bars.onProgress })) });
    } finally {
      bars.stop();
    }
    const damaged = checked.filter(({ ok }) => !ok);
    if (json) printJson({ directory, files: checked });
    else {
      print(`${directory}: ${total(checked)}, ${damaged.length === 0 ? 'all whole' : `${damaged.length} damaged`}`);
      for (const { problem } of damaged) tell(`convoke: ${problem}; it is fetched again when it is next asked for`);
    }
    return damaged.length === 0 ? 0 : 1;
  },

  async clear({ directory, found, json, everything }: Found): Promise<number> {
    const removed = found.filter(({ state }) => state !== 'in use');
    const left = found.filter(({ state }) => state === 'in use');
    for (const file of removed) await removeCached(file);
    if (everything && left.length === 0) await removeRecords(directory);
    if (json) printJson({ directory, removed, left });
    else {
      for (const { path, bytes } of removed) print(`removed ${path} (${size(bytes)})`);
      for (const { path } of left) print(`left ${path}, which is being downloaded`);
      print(`${directory}: ${total(removed)} removed`);
    }
    return 0;
  },
};

async function check({ path, sha256 }: CachedFile, options: DigestOptions): Promise<{ ok: boolean; problem?: string }> {
  const source = await openPath(path);
  try {
    await verify(source, { sha256 }, options);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return { ok: false, problem: error.message };
  } finally {
    await source.close();
  }
}

function total(found: readonly CachedFile[]): string {
  const bytes = found.reduce((sum, { bytes }) => sum + bytes, 0);
  return `${found.length} file${found.length === 1 ? '' : 's'}, ${size(bytes)}`;
}
