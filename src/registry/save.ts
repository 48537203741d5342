// Weights out of a model: a state dict in memory, or a safetensors file that torch's users load with no renaming.

import { files } from '#files';
import { UsageError } from '../runtime/errors.ts';
import type { StateDict, TensorReader } from '../weights/tensors.ts';
import { type WriteDtype, writeSafetensors } from '../weights/write_safetensors.ts';

/** A path or `file:` URL in Node, or a stream: a response's, or a file's that a browser's user has chosen. */
export type SaveTarget = string | URL | WritableStream<Uint8Array>;

export interface SaveOptions {
  /** What numbers are stored as: F32 by default, half the bytes as F16 or BF16; a function decides per tensor. */
  readonly dtype?: WriteDtype | ((name: string) => WriteDtype);
  readonly signal?: AbortSignal;
}

/** All tensors, in memory of their own: the reader, which is closed, may give the very arrays that a model was loaded from. */
export async function stateDictOf(reader: TensorReader): Promise<StateDict> {
  try {
    const entries: [string, StateDict[string]][] = [];
    for await (const { name, shape, data } of reader.read()) entries.push([name, { shape, data: data.slice() }]);
    return Object.fromEntries(entries);
  } finally {
    await reader.close();
  }
}

/** Writes the tensors, one at a time, and returns the file where no target is given; closes the reader. */
export async function writeState(
  reader: TensorReader,
  target: SaveTarget | undefined,
  { dtype, signal }: SaveOptions,
): Promise<Blob | undefined> {
  try {
    const chunks = bytesOf(reader, dtype, signal);
    if (target === undefined) return await toBlob(chunks);
    if (target instanceof WritableStream) await toStream(chunks, target);
    else await files.writeFile(fileUrl(target), chunks);
    return undefined;
  } finally {
    await reader.close();
  }
}

/** Throws UsageError for a target or a dtype that is none, before anything is read. */
export function checkSave(model: string, target: unknown, { dtype }: SaveOptions): void {
  const bad = (text: string): UsageError => new UsageError('invalid_argument', `save ${model}: ${text}`);
  if (typeof dtype !== 'function' && !['F32', 'F16', 'BF16', undefined].includes(dtype))
    throw bad(`dtype must be F32, F16 or BF16 and is ${dtype}`);
  if (target === undefined || target instanceof WritableStream) return;
  if (typeof target !== 'string' && !(target instanceof URL))
    throw bad(`the target must be a path, a URL or a WritableStream and is ${target}`);
  const url = fileUrl(target);
  if (url.protocol !== 'file:') throw bad(`${url} is no file; without a target, save() gives the bytes as a Blob`);
}

const fileUrl = (target: string | URL): URL => (target instanceof URL ? target : files.locate(target));

async function* bytesOf(
  reader: TensorReader,
  dtype: SaveOptions['dtype'],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of writeSafetensors(reader, { ...(dtype && { dtype }), metadata: { format: 'pt' } })) {
    signal?.throwIfAborted();
    yield chunk;
  }
  // Before the file takes its name: Windows replaces no file that is open, and this may be the one that is read.
  await reader.close();
}

/** Each chunk is a Blob of its own at once, so that browsers may keep it on the disk. */
async function toBlob(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Blob> {
  const parts: Blob[] = [];
  for await (const chunk of chunks) parts.push(new Blob([chunk]));
  return new Blob(parts, { type: 'application/octet-stream' });
}

async function toStream(chunks: AsyncIterable<Uint8Array>, stream: WritableStream<Uint8Array>): Promise<void> {
  const writer = stream.getWriter();
  try {
    for await (const chunk of chunks) {
      await writer.ready;
      await writer.write(chunk);
    }
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {}); // the stream may be what failed
    throw error;
  } finally {
    writer.releaseLock();
  }
}
