// The layout of .pth files since PyTorch 1.6: a zip archive, nothing compressed, with a pickle and a record per storage.

import { WeightsError } from '../runtime/errors.ts';
import type { ByteSource } from './bytes.ts';
import { DTYPE_BYTES } from './floats.ts';
import { unpickle } from './pickle.ts';
import { MAX_PICKLE_BYTES, type TorchFile } from './torch_file.ts';
import { type Storage, TorchWorld } from './torch_world.ts';

interface Entry {
  readonly name: string;
  readonly bytes: number;
  readonly headerAt: number;
}

const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const LOCATOR_BYTES = 20;
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;

/** Reads the directory and the pickle, no storage. Throws WeightsError `corrupt_file` or `unsupported_format`. */
export async function readTorchZip(source: ByteSource): Promise<TorchFile> {
  const corrupt = (text: string): WeightsError => new WeightsError('corrupt_file', `${source.name}: ${text}`);
  const entries = await readDirectory(source, corrupt);
  const pickles = [...entries.keys()].filter((name) => /^[^/]*\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (!pickle || pickles.length > 1)
    throw new WeightsError('unsupported_format', `${source.name}: a zip archive with ${pickles.length} data.pkl in it`);
  const folder = pickle.slice(0, -'data.pkl'.length);
  if (entries.has(`${folder}constants.pkl`))
    throw new WeightsError(
      'unsupported_format',
      `${source.name}: a TorchScript program; save its state_dict() instead`,
    );

  const record = async (name: string, most: number): Promise<Uint8Array<ArrayBuffer>> => {
    const entry = entries.get(name)!;
    if (entry.bytes > most) throw corrupt(`${name} has ${entry.bytes} bytes, at most ${most} are read`);
    const start = await dataStart(source, entry, corrupt);
    return source.read(start, start + entry.bytes);
  };
  const order = entries.has(`${folder}byteorder`)
    ? new TextDecoder('latin1').decode(await record(`${folder}byteorder`, 16))
    : 'little';
  if (order !== 'little' && order !== 'big') throw corrupt(`its byteorder is ${JSON.stringify(order)}`);

  const world = new TorchWorld(source.name);
  const root = unpickle(await record(pickle, MAX_PICKLE_BYTES), 0, world, source.name);
  if (!root) throw corrupt('its pickle is cut short');
  for (const storage of world.storages.values()) entryOf(storage);
  return {
    root: root.value,
    bigEndian: order === 'big',
    start: (storage) => dataStart(source, entryOf(storage), corrupt),
  };

  function entryOf({ key, dtype, elements }: Storage): Entry {
    const entry = entries.get(`${folder}data/${key}`);
    if (!entry) throw corrupt(`storage ${JSON.stringify(key.slice(0, 32))} is missing`);
    const bytes = elements * DTYPE_BYTES[dtype];
    if (entry.bytes !== bytes) throw corrupt(`${entry.name} has ${entry.bytes} bytes, its pickle says ${bytes}`);
    return entry;
  }
}

/** The sizes in front of the data are zeros in torch's files; only the length of what stands there is taken from it. */
async function dataStart(source: ByteSource, entry: Entry, corrupt: (text: string) => WeightsError): Promise<number> {
  const header = dataView(await source.read(entry.headerAt, entry.headerAt + LOCAL_BYTES));
  if (header.getUint32(0, true) !== 0x04034b50) throw corrupt(`${entry.name} does not begin where the directory says`);
  const start = entry.headerAt + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + entry.bytes > source.size) throw corrupt(`${entry.name} passes the end of the file`);
  return start;
}

async function readDirectory(source: ByteSource, corrupt: Corrupt): Promise<Map<string, Entry>> {
  const { at, bytes, count } = await findDirectory(source, corrupt);
  if (bytes > MAX_DIRECTORY_BYTES) throw corrupt(`its directory has ${bytes} bytes`);
  const directory = await source.read(at, at + bytes);
  const view = dataView(directory);
  const entries = new Map<string, Entry>();
  for (let from = 0, i = 0; i < count; i++) {
    if (from + ENTRY_BYTES > bytes || view.getUint32(from, true) !== 0x02014b50)
      throw corrupt(`its directory is broken at entry ${i} of ${count}`);
    const lengths = [28, 30, 32].map((offset) => view.getUint16(from + offset, true)) as [number, number, number];
    const next = from + ENTRY_BYTES + lengths[0] + lengths[1] + lengths[2];
    if (next > bytes) throw corrupt(`its directory is broken at entry ${i} of ${count}`);
    const entry = readEntry(directory, view, from, lengths, source.name, corrupt);
    if (entries.has(entry.name)) throw corrupt(`it has ${JSON.stringify(entry.name.slice(0, 80))} twice`);
    if (entry.headerAt + LOCAL_BYTES + entry.bytes > at) throw corrupt(`${entry.name} passes the end of the file`);
    entries.set(entry.name, entry);
    from = next;
  }
  return entries;
}

type Corrupt = (text: string) => WeightsError;

function readEntry(
  directory: Uint8Array<ArrayBuffer>,
  view: DataView,
  from: number,
  [nameBytes, extraBytes]: readonly [number, number, number],
  file: string,
  corrupt: Corrupt,
): Entry {
  const nameAt = from + ENTRY_BYTES;
  const name = new TextDecoder().decode(directory.subarray(nameAt, nameAt + nameBytes));
  const shown = JSON.stringify(name.slice(0, 80));
  if (view.getUint16(from + 8, true) & 1 || view.getUint16(from + 10, true) !== 0)
    throw new WeightsError(
      'unsupported_format',
      `${file}: ${shown} is compressed or encrypted; torch.save does neither`,
    );
  let bytes = view.getUint32(from + 24, true);
  let headerAt = view.getUint32(from + 42, true);
  const stored = view.getUint32(from + 20, true);
  if (stored !== bytes) throw corrupt(`${shown} has two sizes, ${stored} and ${bytes}`);
  const long = wideNumbers(view, nameAt + nameBytes, extraBytes);
  if (bytes === 0xffffffff) {
    bytes = long.shift() ?? Number.NaN;
    if (bytes !== long.shift()) throw corrupt(`${shown} has no size`); // the stored size, which is the same
  }
  if (headerAt === 0xffffffff) headerAt = long.shift() ?? Number.NaN;
  if (!Number.isSafeInteger(bytes + headerAt)) throw corrupt(`${shown} has no place in the file`);
  return { name, bytes, headerAt };
}

/** The 64-bit numbers of the extra field with id 1: those of size, stored size and place that do not fit 32 bits. */
function wideNumbers(view: DataView, start: number, bytes: number): number[] {
  for (let at = start; at + 4 <= start + bytes; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    const length = Math.min(view.getUint16(at + 2, true), start + bytes - at - 4);
    return Array.from({ length: Math.floor(length / 8) }, (_, i) => wide(view, at + 4 + 8 * i));
  }
  return [];
}

/** Where the directory is, from the end of the file. */
async function findDirectory(
  source: ByteSource,
  corrupt: Corrupt,
): Promise<{ at: number; bytes: number; count: number }> {
  const tailAt = Math.max(0, source.size - END_BYTES - MAX_COMMENT_BYTES - LOCATOR_BYTES);
  const tail = dataView(await source.read(tailAt, source.size));
  let end = tail.byteLength - END_BYTES;
  const isEnd = (): boolean =>
    tail.getUint32(end, true) === 0x06054b50 && end + END_BYTES + tail.getUint16(end + 20, true) === tail.byteLength;
  while (end >= 0 && !isEnd()) end--;
  if (end < 0) throw corrupt('a zip archive without its end (a file cut short)');
  const found = await wideEnd(source, tail, end, corrupt);
  const { at, bytes, count } = found ?? {
    count: tail.getUint16(end + 10, true),
    bytes: tail.getUint32(end + 12, true),
    at: tail.getUint32(end + 16, true),
  };
  if (!(at + bytes <= tailAt + end) || !(count * ENTRY_BYTES <= bytes))
    throw corrupt(`its directory of ${count} entries is said to be at byte ${at}, ${bytes} bytes long`);
  return { at, bytes, count };
}

/** The zip64 record, which torch writes into small files too; null where there is none. */
async function wideEnd(
  source: ByteSource,
  tail: DataView,
  end: number,
  corrupt: Corrupt,
): Promise<{ at: number; bytes: number; count: number } | null> {
  const locator = end - LOCATOR_BYTES;
  if (locator < 0 || tail.getUint32(locator, true) !== 0x07064b50) return null;
  const at = wide(tail, locator + 8);
  if (!(at + 56 <= source.size)) throw corrupt('its end record is not where it is said to be');
  const record = dataView(await source.read(at, at + 56));
  if (record.getUint32(0, true) !== 0x06064b50) throw corrupt('its end record is not where it is said to be');
  return { count: wide(record, 32), bytes: wide(record, 40), at: wide(record, 48) };
}

const dataView = (bytes: Uint8Array<ArrayBuffer>): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A 64-bit number; above 2^53 it is too large for any file, exact or not. */
const wide = (view: DataView, at: number): number => view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
