// The cache in browsers: the origin's private file system, or memory where there is none (an insecure page, an old Safari); small texts
// in its database.
//
// A download is written to `<file>.part` under a Web Lock; a second tab that downloads the same file at once writes to a
// part of its own, which nobody goes on with. What is written appears in the part when it is closed, so a download that
// was aborted or failed is resumed and one whose tab was closed starts again.

import { HubError } from '../runtime/errors.ts';
import type { ByteSource } from './bytes.ts';
import { blobSource, blocks } from './bytes.ts';
import { openRecords } from './records.browser.ts';
import { type CacheReport, cacheName, memoryStore, type Part, type Store } from './store.ts';

type Folder = FileSystemDirectoryHandle;

export async function openOriginStore(directory = 'convoke'): Promise<Store> {
  const [root, records] = await Promise.all([originFolder(directory), openRecords(directory)]);
  const memory = memoryStore();
  const { record, putRecord } = records ?? memory;
  if (!root) return { ...memory, record, putRecord };
  const name = `${directory} (origin private file system)`;
  return {
    directory: name,
    async open(sha256, file) {
      const folder = await subfolder(root, ['weights', sha256]);
      return folder && openIn(folder, cacheName(file));
    },
    async remove(sha256, file) {
      const folder = await subfolder(root, ['weights', sha256]);
      await folder?.removeEntry(cacheName(file)).catch(ignoreMissing);
    },
    async part(sha256, file) {
      const parent = await root.getDirectoryHandle('weights', { create: true });
      const folder = await parent.getDirectoryHandle(sha256, { create: true });
      return openPart(folder, cacheName(file), `convoke-${directory}-${sha256}`);
    },
    record,
    putRecord,
    async inspect() {
      const report = await inspect(root, name);
      return { ...report, bytes: report.bytes + ((await records?.bytes()) ?? 0) };
    },
  };
}

/** Null where the platform has no such files or does not let them be written. */
async function originFolder(directory: string): Promise<Folder | null> {
  const { storage, locks } = globalThis.navigator;
  if (!storage?.getDirectory || !locks || !('createWritable' in FileSystemFileHandle.prototype)) return null;
  try {
    return await (await storage.getDirectory()).getDirectoryHandle(directory, { create: true });
  } catch {
    return null; // some private windows have the call and refuse it
  }
}

async function subfolder(root: Folder, path: readonly string[]): Promise<Folder | null> {
  let folder: Folder | undefined = root;
  for (const name of path) folder = await folder?.getDirectoryHandle(name).catch(ignoreMissing);
  return folder ?? null;
}

async function openIn(folder: Folder, file: string): Promise<ByteSource | null> {
  const handle = await folder.getFileHandle(file).catch(ignoreMissing);
  return handle ? blobSource(await handle.getFile(), file) : null;
}

async function openPart(folder: Folder, file: string, lockName: string): Promise<Part> {
  const release = await lockIfFree(lockName);
  const name = release ? `${file}.part` : `${file}.${crypto.randomUUID()}.part`;
  const handle = await folder.getFileHandle(name, { create: true });
  let bytes = (await handle.getFile()).size;
  let stream: FileSystemWritableFileStream | null = null;
  const flush = async (): Promise<void> => {
    const open = stream;
    stream = null;
    if (open) await unwritable(file, () => open.close());
  };
  const writable = async (): Promise<FileSystemWritableFileStream> => {
    if (stream) return stream;
    stream = await handle.createWritable({ keepExistingData: true });
    await stream.seek(bytes);
    return stream;
  };
  const discard = async (): Promise<void> => {
    await stream?.abort();
    stream = null;
    await folder.removeEntry(name).catch(ignoreMissing);
    release?.();
  };
  return {
    get bytes() {
      return bytes;
    },
    async *written() {
      await flush();
      yield* blocks(blobSource(await handle.getFile(), name));
    },
    async append(chunk) {
      await unwritable(file, async () => (await writable()).write(chunk as Uint8Array<ArrayBuffer>));
      bytes += chunk.length;
    },
    async restart() {
      const open = await writable();
      await open.truncate(0);
      await open.seek(0);
      bytes = 0;
    },
    async finish() {
      await flush();
      // One tab at a time: a move onto a file that is being moved fails. Who comes second finds the file there, checked.
      await navigator.locks.request(`${lockName}-finish`, async () => {
        if (await openIn(folder, file)) await folder.removeEntry(name);
        else await rename(folder, handle, file);
      });
      release?.();
      return (await openIn(folder, file))!;
    },
    async keep() {
      if (!release || bytes === 0) return discard();
      await flush();
      release();
    },
    discard,
  };
}

/** A site's share of the disk may end at any write, or when what was written is put in place. */
async function unwritable(file: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (cause) {
    throw new HubError('cache_unwritable', `${file} cannot be kept in this site's storage: ${cause}`, { cause });
  }
}

/** `move` is in every browser that has `createWritable`, but not yet in the type library or the standard. */
async function rename(folder: Folder, from: FileSystemFileHandle, name: string): Promise<void> {
  if ('move' in from && typeof from.move === 'function') {
    await from.move(folder, name);
    return;
  }
  // The copy appears when it is closed, whole.
  const to = await folder.getFileHandle(name, { create: true });
  await (await from.getFile()).stream().pipeTo(await to.createWritable());
  await folder.removeEntry(from.name);
}

/** Takes the lock and returns what lets it go, or null when another tab has it. A closed tab lets go by itself. */
function lockIfFree(name: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}

async function inspect(root: Folder, directory: string): Promise<CacheReport> {
  const report = { directory, writable: true, bytes: 0, files: 0 };
  const visit = async (folder: Folder, depth: number): Promise<void> => {
    for await (const entry of folder.values()) {
      if (entry.kind === 'directory') await visit(entry, depth + 1);
      else {
        report.bytes += (await entry.getFile()).size;
        if (depth === 2 && !entry.name.endsWith('.part')) report.files++;
      }
    }
  };
  await visit(root, 0);
  return report;
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
  throw error;
}
