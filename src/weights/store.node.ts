// The cache in Node: a folder `weights/<sha256>/<file>`, shared by any number of processes without locks.
//
// A download is a file `<file>.<host>-<pid>-<random>.part` that only its process touches, and becomes `<file>` by a rename
// once its hash is right. When it stops early it is renamed to `<file>.part`, free for all. To go on with one is to
// rename it to a name of one's own: a rename succeeds for one process only, so two that download the same file at once
// both work, each on its own part. A part whose process is dead, or that nobody has written to for two minutes (longer
// than a stalled download lives), is as good as free.

import { createHash, randomUUID } from 'node:crypto';
import { access, type FileHandle, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { homedir, hostname, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { HubError } from '../runtime/errors.ts';
import { blocks } from './bytes.ts';
import { openPath } from './open_path.node.ts';
import { type CacheReport, cacheName, type Part, type Store } from './store.ts';

const ABANDONED_MS = 120_000;
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

export async function openFolderStore(directory?: string): Promise<Store> {
  const root = directory ? resolve(directory) : await defaultDirectory();
  const folder = (sha256: string): string => join(root, 'weights', sha256);
  const recordPath = (name: string): string =>
    join(root, 'records', createHash('sha256').update(name).digest('hex').slice(0, 32));

  return {
    directory: root,
    async open(sha256, file) {
      const path = join(folder(sha256), cacheName(file));
      return (await exists(path)) ? openPath(path) : null;
    },
    remove: (sha256, file) => rm(join(folder(sha256), cacheName(file)), { force: true }),
    part: (sha256, file) => unwritable(root, () => openPart(root, folder(sha256), cacheName(file))),
    async record(name) {
      const path = recordPath(name);
      return (await exists(path)) ? readFile(path, 'utf8') : null;
    },
    putRecord: (name, text) =>
      unwritable(root, async () => {
        const path = recordPath(name);
        const temporary = `${path}.${randomUUID()}.part`;
        await mkdir(dirname(path), { recursive: true });
        const handle = await open(temporary, 'wx');
        await handle.writeFile(text).finally(() => handle.close());
        await rename(temporary, path);
      }),
    inspect: () => inspect(root),
  };
}

/** CONVOKE_CACHE, else the platform's cache folder, else (where that cannot be written) the user's own temporary one. */
async function defaultDirectory(): Promise<string> {
  const { CONVOKE_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (CONVOKE_CACHE) return resolve(CONVOKE_CACHE);
  let base = XDG_CACHE_HOME;
  if (!base && process.platform === 'win32') base = LOCALAPPDATA;
  base ||= join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache');
  const usual = join(base, 'convoke');
  if (await canWrite(usual)) return usual;
  // A name that others may have taken first: records in it are believed, so it must be this user's own.
  const user = process.getuid?.();
  const fallback = join(tmpdir(), user === undefined ? 'convoke' : `convoke-${user}`);
  await mkdir(fallback, { recursive: true, mode: 0o700 });
  if (user !== undefined && (await stat(fallback)).uid !== user)
    throw new HubError('cache_unwritable', `neither ${usual} nor ${fallback} can hold the cache; set CONVOKE_CACHE`);
  return fallback;
}

async function openPart(root: string, folder: string, file: string): Promise<Part> {
  const own = join(folder, `${file}.${host}-${process.pid}-${randomUUID()}.part`);
  const handle = await openOwn(folder, file, own);
  let bytes = (await handle.stat()).size;
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  const discard = async (): Promise<void> => {
    await close();
    await rm(own, { force: true });
    await rmdir(folder).catch(() => {}); // stays when something else is in it
  };
  return {
    get bytes() {
      return bytes;
    },
    async *written() {
      const source = await openPath(own);
      try {
        yield* blocks(source);
      } finally {
        await source.close();
      }
    },
    append: (chunk) =>
      unwritable(root, async () => {
        await writeAt(handle, chunk, bytes);
        bytes += chunk.length;
      }),
    async restart() {
      await handle.truncate(0);
      bytes = 0;
    },
    finish: () =>
      unwritable(root, async () => {
        await handle.datasync();
        await close();
        const path = join(folder, file);
        await rename(own, path).catch(async (error) => {
          // Another process may have finished first: Windows replaces no file that is open, and a process that slept
          // for long finds its part taken.
          if (!(await exists(path))) throw error;
          await rm(own, { force: true });
        });
        for (const other of await freeParts(folder, file)) await rm(other.path, { force: true });
        return openPath(path);
      }),
    async keep() {
      if (bytes === 0) return discard();
      await close();
      const free = join(folder, `${file}.part`);
      const [longer] = await freeParts(folder, file);
      if (longer && longer.bytes >= bytes) await rm(own, { force: true });
      else await rename(own, free);
    },
    discard,
  };
}

async function writeAt(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < chunk.length; )
    at += (await handle.write(chunk, at, chunk.length - at, position + at)).bytesWritten;
}

/** Opens a part of one's own: one taken over, or a new one. */
async function openOwn(folder: string, file: string, own: string, attempts = 3): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  try {
    return (await claim(folder, file, own)) ? await open(own, 'r+') : await open(own, 'wx+');
  } catch (error) {
    // Another process that gave up may have removed the empty folder in between.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempts === 1) throw error;
    return openOwn(folder, file, own, attempts - 1);
  }
}

/** Takes over the longest part that nobody works on. */
async function claim(folder: string, file: string, own: string): Promise<boolean> {
  for (const { path } of await freeParts(folder, file)) {
    const taken = await rename(path, own).then(
      () => true,
      () => false, // another process was first
    );
    if (taken) return true;
  }
  return false;
}

/** Parts of `file` that nobody works on, the longest first. */
async function freeParts(folder: string, file: string): Promise<{ path: string; bytes: number }[]> {
  const parts: { path: string; bytes: number }[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${file}.`) || !name.endsWith('.part')) continue;
    const path = join(folder, name);
    const facts = await stat(path).catch(() => null); // gone since the listing
    if (!facts) continue;
    if (isFree(name, facts.mtimeMs)) parts.push({ path, bytes: facts.size });
  }
  return parts.sort((a, b) => b.bytes - a.bytes);
}

/** Whether nobody works on the part of this name, last written at `modifiedMs` of the epoch. */
export function isFree(name: string, modifiedMs: number): boolean {
  const [, owner, pid] = /\.([0-9a-f]{8})-(\d+)-[\w-]+\.part$/.exec(name) ?? [];
  const free = owner === undefined || (owner === host && !isAlive(Number(pid)));
  return free || Date.now() - modifiedMs > ABANDONED_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // signal 0 asks only
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // alive, another user's
  }
}

async function inspect(root: string): Promise<CacheReport> {
  const report = { directory: root, writable: await canWrite(root), bytes: 0, files: 0 };
  // Where nothing can be listed nothing is kept, and `writable` tells whether that could change.
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const facts = await stat(join(entry.parentPath, entry.name)).catch(() => null); // gone since the listing
    report.bytes += facts?.size ?? 0;
    if (dirname(dirname(entry.parentPath)) === root && !entry.name.endsWith('.part')) report.files++;
  }
  return report;
}

/** Whether `directory` can be written, or made. */
async function canWrite(directory: string): Promise<boolean> {
  for (let at = directory; ; at = dirname(at)) {
    const facts = await stat(at).catch(() => null);
    if (!facts && at !== dirname(at)) continue;
    if (!facts?.isDirectory()) return false;
    // access() lets root write anywhere, /proc included: only a file that is there tells.
    const probe = join(at, `.convoke-${randomUUID()}`);
    return open(probe, 'wx').then(
      async (handle) => {
        await handle.close();
        await rm(probe, { force: true });
        return true;
      },
      () => false,
    );
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function unwritable<T>(root: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new HubError(
      'cache_unwritable',
      `the cache ${root} cannot be written: ${text}; CONVOKE_CACHE names another`,
      {
        cause,
      },
    );
  }
}
