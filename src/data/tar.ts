// Tar archives: which files are in one, and at which bytes. POSIX ustar, with the long names of pax and of GNU tar.
//
// IEEE Std 1003.1, "pax", ustar Interchange Format.

import { DataError } from '../runtime/errors.ts';
import type { ByteSource } from '../weights/bytes.ts';

/** A file in an archive: its bytes are [start, end) of it. */
export interface TarEntry {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

const BLOCK = 512;

/**
 * Lists an archive's files in their order. Throws DataError `corrupt_file` for what is no archive, is damaged or ends
 * early.
 */
export async function listTar(file: ByteSource): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  let longName: string | null = null;
  for (let at = 0; at < file.size; ) {
    if (at + BLOCK > file.size) throw corrupt(file, at, `it ends in the header of a file`);
    const header = await file.read(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break; // two such blocks end an archive
    const size = octal(header, 124, 12);
    if (octal(header, 148, 8) !== checksum(header) || size === null) {
      throw corrupt(file, at, at === 0 ? 'it does not begin as a tar archive does' : 'broken header of a file');
    }
    const start = at + BLOCK;
    const end = start + size;
    const path: string = longName ?? ustarPath(header);
    if (end > file.size)
      throw corrupt(file, at, `it ends within ${path}: ${end} bytes were expected, it has ${file.size}`);
    const type = String.fromCharCode(header[156]!);
    longName = null;
    if (type === 'L') longName = text(await file.read(start, end));
    else if (type === 'x') longName = paxPath(await file.read(start, end));
    else if (type === '0' || type === '\0' || type === '7') entries.push({ path, start, end });
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

function ustarPath(header: Uint8Array): string {
  const name = text(header.subarray(0, 100));
  const prefix = text(header.subarray(257, 262)) === 'ustar' ? text(header.subarray(345, 500)) : '';
  return prefix ? `${prefix}/${name}` : name;
}

/** Records are `length key=value\n`, the length in decimal bytes and of the whole record. */
function paxPath(body: Uint8Array): string | null {
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const length = Number(text(body.subarray(at, Math.max(at, space))));
    if (!(length > 0)) return null;
    const [key, ...value] = text(body.subarray(space + 1, at + length - 1)).split('=');
    if (key === 'path') return value.join('=');
    at += length;
  }
  return null;
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function octal(header: Uint8Array, at: number, length: number): number | null {
  const field = text(header.subarray(at, at + length)).trim();
  return /^[0-7]+$/.test(field) ? Number.parseInt(field, 8) : null;
}

/** The sum of a header's bytes, its own field taken as spaces. */
function checksum(header: Uint8Array): number {
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0);
}

function corrupt(file: ByteSource, at: number, what: string): DataError {
  return new DataError('corrupt_file', `${file.name}: at byte ${at}: ${what}`);
}
