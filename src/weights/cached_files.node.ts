// What lies in the cache's folder, file by file, for those who look into it: see store.node.ts for how it gets there.

import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isFree } from './store.node.ts';

export interface CachedFile {
  readonly path: string;
  /** Its name in the cache. */
  readonly file: string;
  /** The SHA-256 it should have, or the first digits of it where only those are published. */
  readonly sha256: string;
  readonly bytes: number;
  /** `unfinished`: a download that somebody can go on with; `in use`: one that goes on. */
  readonly state: 'whole' | 'unfinished' | 'in use';
}

/** Weights files and downloads in the cache at `root`, in the order of their names; none where there is no such folder. */
export async function cachedFiles(root: string): Promise<CachedFile[]> {
  const entries = await readdir(join(root, 'weights'), { recursive: true, withFileTypes: true }).catch(() => []);
  const files: CachedFile[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const facts = entry.isFile() ? await stat(path).catch(() => null) : null; // gone since the listing
    if (!facts) continue;
    const part = entry.name.endsWith('.part');
    const state = !part ? 'whole' : isFree(entry.name, facts.mtimeMs) ? 'unfinished' : 'in use';
    const sha256 = entry.parentPath.slice(dirname(entry.parentPath).length + 1);
    files.push({ path, file: entry.name, sha256, bytes: facts.size, state });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export async function removeCached({ path }: CachedFile): Promise<void> {
  await rm(path, { force: true });
  await rmdir(dirname(path)).catch(() => {}); // stays when something else is in it
}

/** Forgets what moving addresses last stood for, and hubs' indexes. */
export async function removeRecords(root: string): Promise<void> {
  await rm(join(root, 'records'), { recursive: true, force: true });
}
