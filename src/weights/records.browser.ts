// Small texts by name in the page's database: browsers that let no files be written keep these all the same.

import { HubError } from '../runtime/errors.ts';
import type { Store } from './store.ts';

const TABLE = 'records';

export interface Records extends Pick<Store, 'record' | 'putRecord'> {
  /** All of them together. */
  bytes(): Promise<number>;
}

/** Null where the platform has no database, or refuses it as some private windows do. */
export async function openRecords(name: string): Promise<Records | null> {
  const probe = await open(name).catch(() => null);
  if (!probe) return null;
  probe.close();
  // Open no longer than it takes: another tab with a newer version of this would wait for it.
  const use = async <T>(mode: IDBTransactionMode, ask: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const database = await open(name);
    try {
      const transaction = database.transaction(TABLE, mode);
      const answer = await answered(ask(transaction.objectStore(TABLE)));
      if (mode === 'readwrite') await completed(transaction);
      return answer;
    } finally {
      database.close();
    }
  };
  return {
    record: async (key) => ((await use('readonly', (table) => table.get(key))) as string | undefined) ?? null,
    async putRecord(key, text) {
      try {
        await use('readwrite', (table) => table.put(text, key));
      } catch (cause) {
        throw new HubError('cache_unwritable', `a record cannot be kept in this site's storage: ${cause}`, { cause });
      }
    },
    async bytes() {
      const texts = (await use('readonly', (table) => table.getAll())) as string[];
      return texts.reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0);
    },
  };
}

async function open(name: string): Promise<IDBDatabase> {
  const request = globalThis.indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
  return answered(request);
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}
