// The header of a safetensors file, checked to the last byte before anything is believed.

import { WeightsError } from '../runtime/errors.ts';
import { type ByteSource, DETECT_BYTES, detectFormat } from './bytes.ts';
import { DTYPE_BYTES, type Dtype } from './floats.ts';
import type { TensorInfo } from './tensors.ts';
import { MAX_HEADER_BYTES } from './write_safetensors.ts';

/** A tensor and where its bytes lie in the file. */
export interface StoredTensor extends TensorInfo {
  readonly start: number;
  readonly end: number;
  readonly elements: number;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly tensors: readonly StoredTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads and checks the header. Throws `corrupt_file`, `unsupported_format` or `unsupported_dtype`, naming the tensor. */
export async function readHeader(source: ByteSource): Promise<SafetensorsHeader> {
  refuseOtherFormats(source.name, await source.read(0, Math.min(DETECT_BYTES, source.size)));
  const corrupt = (text: string): WeightsError => new WeightsError('corrupt_file', `${source.name}: ${text}`);
  if (source.size < 8) throw corrupt(`${source.size} bytes are too few for a safetensors file`);
  const prefix = await source.read(0, 8);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(source.size - 8))
    throw corrupt(`the header is said to take ${length} bytes, ${source.size - 8} follow (a file cut short, or none)`);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw corrupt(`the header is said to take ${length} bytes, the limit is ${MAX_HEADER_BYTES}`);
  const dataStart = 8 + Number(length);
  const { value, keys } = parseHeader(await source.read(8, dataStart), corrupt);

  const metadata = value.__metadata__ ?? {};
  if (!isObject(metadata) || !Object.values(metadata).every((text) => typeof text === 'string'))
    throw corrupt('__metadata__ is not a map of strings');
  const tensors = keys
    .filter((name) => name !== '__metadata__')
    .map((name) => readEntry(source, name, value[name], dataStart));
  tensors.sort((a, b) => a.start - b.start || a.end - b.end);
  let covered = dataStart;
  for (const { name, start, end } of tensors) {
    if (start !== covered)
      throw corrupt(`tensor ${name} starts at byte ${start - dataStart} of the data, expected ${covered - dataStart}`);
    covered = end;
  }
  if (covered !== source.size)
    throw corrupt(`the tensors take ${covered - dataStart} bytes, the file holds ${source.size - dataStart}`);
  return { tensors, metadata: metadata as Record<string, string> };
}

function refuseOtherFormats(name: string, head: Uint8Array): void {
  const format = detectFormat(head);
  if (format === 'html') throw new WeightsError('corrupt_file', `${name}: an HTML page, not a weights file`);
  if (format === 'zip' || format === 'pickle' || format === 'tar')
    throw new WeightsError('unsupported_format', `${name}: a PyTorch file (${format}), safetensors was expected`);
}

type Corrupt = (text: string) => WeightsError;

function parseHeader(bytes: Uint8Array, corrupt: Corrupt): { value: Record<string, unknown>; keys: readonly string[] } {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw Object.assign(corrupt('the header is not UTF-8'), { cause });
  }
  if (!text.startsWith('{')) throw corrupt('the header does not start with "{"');
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw Object.assign(corrupt('the header is not JSON'), { cause });
  }
  if (!isObject(value)) throw corrupt('the header is not a JSON object');
  return { value, keys: topLevelKeys(text, corrupt) };
}

/** The names in the text's own order, which JSON.parse loses for `"0"`; it also keeps only the last of two equal ones. */
function topLevelKeys(text: string, corrupt: Corrupt): readonly string[] {
  const open: Set<string>[] = [];
  let keys: readonly string[] = [];
  let stringStart = 0;
  let stringEnd = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '"') {
      stringStart = i++;
      while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
      stringEnd = i + 1;
    } else if (char === '{') {
      open.push(new Set());
    } else if (char === '}') {
      keys = [...(open.pop() ?? [])];
    } else if (char === ':') {
      const key: string = JSON.parse(text.slice(stringStart, stringEnd));
      const seen = open.at(-1)!;
      if (seen.has(key)) throw corrupt(`the header names ${JSON.stringify(key)} twice`);
      if (/\p{Surrogate}/u.test(key)) throw corrupt(`the name ${JSON.stringify(key)} is not Unicode text`);
      seen.add(key);
    }
  }
  return keys;
}

function readEntry(source: ByteSource, name: string, entry: unknown, dataStart: number): StoredTensor {
  const corrupt = (text: string): WeightsError =>
    new WeightsError('corrupt_file', `${source.name}: tensor ${name}: ${text}`);
  if (!isObject(entry)) throw corrupt('its entry is not an object');
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string') throw corrupt('no dtype');
  if (!Object.hasOwn(DTYPE_BYTES, dtype))
    throw new WeightsError(
      'unsupported_dtype',
      `${source.name}: tensor ${name} is ${JSON.stringify(dtype.slice(0, 32))}; read are ${Object.keys(DTYPE_BYTES).join(', ')}`,
    );
  if (!Array.isArray(shape) || !shape.every(isCount)) throw corrupt('its shape is not a list of whole numbers');
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw corrupt('its data_offsets are not two whole numbers');
  const [start, end] = offsets as [number, number];
  const bytesEach = DTYPE_BYTES[dtype as Dtype];
  // Zeros are left out of the product, so that a shape with a zero in it cannot hide an absurd one.
  const product = shape.reduce((size: number, length: number) => size * (length || 1), bytesEach);
  if (!Number.isSafeInteger(product)) throw corrupt(`its shape [${shape}] is too large`);
  const bytes = shape.includes(0) ? 0 : product;
  if (end - start !== bytes)
    throw corrupt(`${dtype} [${shape}] takes ${bytes} bytes, its range ${start}..${end} does not`);
  if (end > source.size - dataStart)
    throw corrupt(`its range ${start}..${end} passes the end of the data, ${source.size - dataStart} bytes`);
  return {
    name,
    dtype: dtype as Dtype,
    shape,
    start: dataStart + start,
    end: dataStart + end,
    elements: bytes / bytesEach,
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
