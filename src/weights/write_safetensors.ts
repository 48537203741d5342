// safetensors files, written as a stream. Apart from their reader, as whoever writes one need not read any.

import { UsageError, WeightsError } from '../runtime/errors.ts';
import { stateReader } from './bind.ts';
import { bfloatFromBits, DTYPE_BYTES, type Dtype, halfFromBits } from './floats.ts';
import type { StateDict, TensorReader } from './tensors.ts';

const BLOCK_ELEMENTS = 1024 * 1024;

/** The limit of the format's own reader. */
export const MAX_HEADER_BYTES = 100_000_000;

/** What numbers are stored as; a function decides per tensor. */
export type WriteDtype = 'F32' | 'F16' | 'BF16';

export interface WriteOptions {
  readonly dtype?: WriteDtype | ((name: string) => WriteDtype);
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The bytes of a safetensors file, piece by piece, holding one tensor at a time; order is kept. F16 and BF16 round to
 * nearest, ties to even, and a finite number that would become infinite is refused (`unsupported_dtype`). Batch norm's
 * `num_batches_tracked` counters are written as I64, as torch does: a half cannot count past 2048.
 */
export async function* writeSafetensors(
  tensors: TensorReader | StateDict,
  { dtype = 'F32', metadata = {} }: WriteOptions = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = isReader(tensors) ? tensors : stateReader(tensors);
  const dtypeOf = (name: string): Dtype => {
    if (/(^|\.)num_batches_tracked$/.test(name)) return 'I64';
    return typeof dtype === 'function' ? dtype(name) : dtype;
  };
  yield header(reader, dtypeOf, metadata);
  let next = 0;
  for await (const { name, shape, data } of reader.read()) {
    const promised = reader.tensors[next++];
    if (promised?.name !== name || String(promised.shape) !== String(shape))
      throw new UsageError('invalid_argument', `tensor ${name} came where ${promised?.name ?? 'no more'} was expected`);
    for (let at = 0; at < data.length; at += BLOCK_ELEMENTS)
      yield encode(name, dtypeOf(name), data, at, Math.min(at + BLOCK_ELEMENTS, data.length));
  }
  if (next !== reader.tensors.length)
    throw new UsageError('invalid_argument', `tensor ${reader.tensors[next]!.name} was listed, it did not come`);
}

const isReader = (value: TensorReader | StateDict): value is TensorReader => typeof value.read === 'function';

/** Put together as text: an object would move a name such as "0" to the front. */
function header(
  reader: TensorReader,
  dtypeOf: (name: string) => Dtype,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const entries: string[] = [];
  const seen = new Set<string>(['__metadata__']);
  if (Object.keys(metadata).length > 0) entries.push(`"__metadata__":${JSON.stringify(metadata)}`);
  let offset = 0;
  for (const { name, shape } of reader.tensors) {
    if (seen.has(name) || /\p{Surrogate}/u.test(name))
      throw new UsageError('invalid_argument', `${JSON.stringify(name)} cannot be a tensor's name, or is one already`);
    seen.add(name);
    const bytes = shape.reduce((size, length) => size * length, DTYPE_BYTES[dtypeOf(name)]);
    const entry = { dtype: dtypeOf(name), shape, data_offsets: [offset, (offset += bytes)] };
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const text = new TextEncoder().encode(`{${entries.join(',')}}`);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > MAX_HEADER_BYTES) throw new UsageError('invalid_argument', `a header of ${length} bytes is too large`);
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}

function encode(name: string, dtype: Dtype, data: Float32Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const elements = end - start;
  if (dtype === 'I64') {
    const whole = new BigInt64Array(elements);
    for (let i = 0; i < elements; i++) {
      const value = data[start + i]!;
      if (!Number.isSafeInteger(value)) throw unfit(name, start + i, value, 'I64');
      whole[i] = BigInt(value);
    }
    return new Uint8Array(whole.buffer);
  }
  const bits = new Uint32Array(data.slice(start, end).buffer);
  if (dtype === 'F32') return new Uint8Array(bits.buffer);
  const [round, infinity] = dtype === 'F16' ? [halfFromBits, 0x7c00] : [bfloatFromBits, 0x7f80];
  const halves = new Uint16Array(elements);
  for (let i = 0; i < elements; i++) {
    halves[i] = round(bits[i]!);
    if ((halves[i]! & 0x7fff) === infinity && Number.isFinite(data[start + i]!))
      throw unfit(name, start + i, data[start + i]!, dtype);
  }
  return new Uint8Array(halves.buffer);
}

function unfit(name: string, index: number, value: number, dtype: Dtype): WeightsError {
  return new WeightsError('unsupported_dtype', `tensor ${name}: element ${index}, ${value}, does not fit ${dtype}`);
}
