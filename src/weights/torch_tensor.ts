// A tensor of a .pth file into row-major float32, whatever its strides, without more memory than its file lets expect.

import { breathe } from '../runtime/breathe.ts';
import { WeightsError } from '../runtime/errors.ts';
import type { ByteSource } from './bytes.ts';
import { asFloat32, DTYPE_BYTES, toFloat32 } from './floats.ts';
import type { TorchFile } from './torch_file.ts';
import type { View } from './torch_world.ts';

const MAX_BLOCK_BYTES = 4 * 1024 * 1024;
const GATHERED_ELEMENTS = 1024;
const FLOAT_BYTES = 4;

/**
 * Throws `corrupt_file` where the tensor's numbers and what must be read for them take more than four times the file's
 * bytes: a few bytes repeated by a stride of zero can pretend to be of any size.
 */
export function checkSize(view: View, name: string, source: ByteSource): void {
  if (roomFor(view, source) >= (isContiguous(view) ? DTYPE_BYTES[view.storage.dtype] : needed(view))) return;
  throw new WeightsError(
    'corrupt_file',
    `${source.name}: tensor ${name} [${view.shape}] takes more memory than four times the file's ${source.size} bytes`,
  );
}

/** Bytes that may be in memory beside the tensor's own numbers. */
const roomFor = ({ elements }: View, source: ByteSource): number => 4 * source.size - FLOAT_BYTES * elements;

/** Bytes that a strided tensor needs beside its own numbers: its part of the storage, and a block of gathered elements. */
const needed = ({ span, elements, storage: { dtype } }: View): number =>
  (span + 2 * Math.min(GATHERED_ELEMENTS, elements)) * DTYPE_BYTES[dtype];

/** The numbers of `view`, which `checkSize` has passed. */
export async function readView(source: ByteSource, file: TorchFile, view: View): Promise<Float32Array<ArrayBuffer>> {
  const { dtype } = view.storage;
  if (view.elements === 0) return new Float32Array(0);
  const start = (await file.start(view.storage)) + view.offset * DTYPE_BYTES[dtype];
  const contiguous = isContiguous(view);
  if (dtype === 'F32' && contiguous && !file.bigEndian)
    return asFloat32(await source.read(start, start + view.elements * FLOAT_BYTES));
  const data = new Float32Array(view.elements);
  const convert = (bytes: Uint8Array<ArrayBuffer>, at: number): void => {
    toFloat32(dtype, file.bigEndian ? swapped(bytes, DTYPE_BYTES[dtype]) : bytes, data, at);
  };
  if (contiguous) {
    // Two blocks at once where bytes have to be swapped or aligned.
    const room = Math.min(MAX_BLOCK_BYTES, roomFor(view, source) / 2);
    const blockElements = Math.max(1, Math.floor(room / DTYPE_BYTES[dtype]));
    for (let at = 0; at < view.elements; at += blockElements) {
      const end = Math.min(at + blockElements, view.elements);
      convert(await source.read(start + at * DTYPE_BYTES[dtype], start + end * DTYPE_BYTES[dtype]), at);
      await breathe();
    }
  } else {
    gather(await source.read(start, start + view.span * DTYPE_BYTES[dtype]), view, convert);
  }
  return data;
}

/** Whether elements follow one another; a dimension of size 1 may have any stride. */
function isContiguous({ shape, strides }: View): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected) return false;
    expected *= shape[i]!;
  }
  return true;
}

/** Passes the elements on in row-major order, a block at a time. */
function gather(
  bytes: Uint8Array<ArrayBuffer>,
  { shape, strides, elements, storage: { dtype } }: View,
  convert: (bytes: Uint8Array<ArrayBuffer>, at: number) => void,
): void {
  const width = DTYPE_BYTES[dtype];
  const block = new Uint8Array(Math.min(GATHERED_ELEMENTS, elements) * width);
  const index = shape.map(() => 0);
  let from = 0;
  let filled = 0;
  for (let i = 0; i < elements; i++) {
    for (let byte = 0; byte < width; byte++) block[filled++] = bytes[from * width + byte]!;
    if (filled === block.length || i === elements - 1) {
      convert(block.subarray(0, filled), i + 1 - filled / width);
      filled = 0;
    }
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
}

/** A copy, as the bytes may be the caller's. */
function swapped(bytes: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) copy[i] = bytes[i - (i % width) + width - 1 - (i % width)]!;
  return copy;
}
