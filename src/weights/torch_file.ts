// What both layouts of .pth files come to: the object that was saved, and where the bytes of its storages lie.

import type { Storage } from './torch_world.ts';

export interface TorchFile {
  /** What `torch.load` would return, as inert records. */
  readonly root: unknown;
  readonly bigEndian: boolean;
  /** The byte of the file where a storage's first element begins; what lies there has been checked to be long enough. */
  start(storage: Storage): Promise<number>;
}

/** Bytes of the longest pickle that is read; state dicts have a few hundred KB, checkpoints a few MB. */
export const MAX_PICKLE_BYTES = 64 * 1024 * 1024;
