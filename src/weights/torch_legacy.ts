// The layout of .pth files before PyTorch 1.6: five pickles back to back, then every storage with its length in front.

import { WeightsError } from '../runtime/errors.ts';
import type { ByteSource } from './bytes.ts';
import { DTYPE_BYTES } from './floats.ts';
import { unpickle } from './pickle.ts';
import type { PickleWorld } from './pickle_machine.ts';
import { MAX_PICKLE_BYTES, type TorchFile } from './torch_file.ts';
import { TorchWorld } from './torch_world.ts';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
const FIRST_WINDOW_BYTES = 256 * 1024;
const COUNT_BYTES = 8;

interface Head {
  readonly root: unknown;
  readonly bigEndian: boolean;
  readonly keys: readonly unknown[];
  readonly world: TorchWorld;
  /** The byte after the last pickle. */
  readonly end: number;
}

/** Reads the pickles, no storage. Throws WeightsError `corrupt_file` or `unsupported_format`. */
export async function readTorchLegacy(source: ByteSource): Promise<TorchFile> {
  const corrupt = (text: string): WeightsError => new WeightsError('corrupt_file', `${source.name}: ${text}`);
  const { root, bigEndian, keys, world, end } = await readHead(source, corrupt);
  const starts = new Map<string, number>();
  let at = end;
  for (const key of keys) {
    const storage = typeof key === 'string' ? world.storages.get(key) : undefined;
    if (!storage || starts.has(storage.key)) throw corrupt('its list of storages is not that of its pickle');
    starts.set(storage.key, at + COUNT_BYTES);
    at += COUNT_BYTES + storage.elements * DTYPE_BYTES[storage.dtype];
  }
  if (starts.size !== world.storages.size) throw corrupt('its list of storages is not that of its pickle');
  if (at !== source.size) throw corrupt(`its storages end at byte ${at}, the file has ${source.size} (cut short?)`);
  return {
    root,
    bigEndian,
    async start({ key, elements }) {
      const start = starts.get(key)!;
      const bytes = await source.read(start - COUNT_BYTES, start);
      const count = new DataView(bytes.buffer, bytes.byteOffset, COUNT_BYTES).getBigInt64(0, !bigEndian);
      if (count !== BigInt(elements)) throw corrupt(`a storage has ${count} elements, its pickle says ${elements}`);
      return start;
    },
  };
}

/** Nothing says how long the pickles are: they are read again from a longer piece when one is too short. */
async function readHead(source: ByteSource, corrupt: (text: string) => WeightsError): Promise<Head> {
  for (let window = FIRST_WINDOW_BYTES; ; window *= 2) {
    const bytes = await source.read(0, Math.min(window, source.size));
    const head = parseHead(bytes, source.name, corrupt);
    if (head) return head;
    if (bytes.length === source.size) throw corrupt('a PyTorch file cut short');
    if (window >= MAX_PICKLE_BYTES) throw corrupt(`its pickle has more than ${MAX_PICKLE_BYTES} bytes`);
  }
}

/** Null where the bytes end within. */
function parseHead(bytes: Uint8Array, name: string, corrupt: (text: string) => WeightsError): Head | null {
  let at = 0;
  const next = (world: PickleWorld): { readonly value: unknown } | null => {
    const read = unpickle(bytes, at, world, name);
    at = read?.end ?? at;
    return read;
  };
  const magic = next(new TorchWorld(name));
  if (!magic) return null;
  if (magic.value !== MAGIC)
    throw new WeightsError('unsupported_format', `${name}: a pickle, but not one that torch.save wrote`);
  const protocol = next(new TorchWorld(name));
  const system = protocol && next(new TorchWorld(name));
  const world = new TorchWorld(name);
  const object = system && next(world);
  const keys = object && next(new TorchWorld(name));
  if (!keys) return null;
  if (protocol.value !== PROTOCOL)
    throw new WeightsError('unsupported_format', `${name}: PyTorch's layout ${protocol.value}, read is ${PROTOCOL}`);
  const little = system.value instanceof Map ? system.value.get('little_endian') : undefined;
  if (typeof little !== 'boolean' || !Array.isArray(keys.value))
    throw corrupt('its first pickles are not as they must be');
  return { root: object.value, bigEndian: !little, keys: keys.value, world, end: at };
}
