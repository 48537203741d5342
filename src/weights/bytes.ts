// Random access to bytes that may lie on a disk, in a Blob or in memory, and what their first bytes say they are.

import { WeightsError } from '../runtime/errors.ts';

/** Bytes that can be read anywhere, in any order. Offsets and sizes are in bytes. */
export interface ByteSource {
  /** The path or address, for messages. */
  readonly name: string;
  readonly size: number;
  /** The bytes [start, end), in memory of their own or a view of memory that nobody writes. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Safe to call twice. */
  close(): Promise<void>;
}

/** Bytes in memory; nothing is copied. */
export function bytesSource(bytes: Uint8Array<ArrayBuffer>, name = 'the given bytes'): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    read: async (start, end) => bytes.subarray(checked(name, start, end, bytes.byteLength), end),
    close: async () => {},
  };
}

/** A Blob or File; each read copies only its own range into memory. */
export function blobSource(blob: Blob, name = blob instanceof File ? blob.name : 'the given Blob'): ByteSource {
  return {
    name,
    size: blob.size,
    read: async (start, end) =>
      new Uint8Array(await blob.slice(checked(name, start, end, blob.size), end).arrayBuffer()),
    close: async () => {},
  };
}

/** Returns `start` when [start, end) lies inside; a range outside is a file that is shorter than it says. */
export function checked(name: string, start: number, end: number, size: number): number {
  if (start >= 0 && start <= end && end <= size) return start;
  throw new WeightsError('corrupt_file', `${name}: bytes ${start} to ${end} wanted, it has ${size}`);
}

// What hashes a block in a browser takes 10 ms for it.
const BLOCK_BYTES = 1024 * 1024;

/** The whole source in order, a MiB at a time. */
export async function* blocks(source: ByteSource): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < source.size; at += BLOCK_BYTES)
    yield await source.read(at, Math.min(at + BLOCK_BYTES, source.size));
}

export type Format = 'safetensors' | 'zip' | 'pickle' | 'tar' | 'html' | 'unknown';

/** How many leading bytes `detectFormat` looks at. */
export const DETECT_BYTES = 264;

/** Where a tar archive says that it is one. */
const TAR_MARK = { at: 257, text: 'ustar' };

/**
 * Tells a weights file's kind from its first bytes; names are no guide. A safetensors file starts with a 64-bit length
 * below 100 MB, so its bytes 4 to 7 are zero, which no other kind's are; that is asked first because the length's low
 * bytes may spell anything, `PK` and `<` included.
 */
export function detectFormat(head: Uint8Array): Format {
  const highZero = head.length >= 8 && head.subarray(4, 8).every((byte) => byte === 0);
  if (highZero && (head.length === 8 || head[8] === 0x7b)) return 'safetensors';
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4) return 'zip';
  if (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5) return 'pickle';
  const latin1 = new TextDecoder('latin1').decode(head);
  if (latin1.startsWith(TAR_MARK.text, TAR_MARK.at)) return 'tar';
  const text = latin1.replace(/^\u00ef\u00bb\u00bf/, '');
  return /^\s*<[!?a-z]/i.test(text) ? 'html' : 'unknown';
}
