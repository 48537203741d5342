// safetensors files, read one tensor at a time.

import { breathe } from '../runtime/breathe.ts';
import type { ByteSource } from './bytes.ts';
import { asFloat32, DTYPE_BYTES, toFloat32 } from './floats.ts';
import { readHeader, type StoredTensor } from './safetensors_header.ts';
import type { NamedTensor, TensorReader } from './tensors.ts';

const BLOCK_ELEMENTS = 1024 * 1024;

/**
 * Opens a safetensors file and checks its whole header. `tensors` are in the order of their bytes. Takes over `source`:
 * `close` closes it, and so does a header that is refused.
 * Throws WeightsError: `corrupt_file`, `unsupported_format` (a .pth file), `unsupported_dtype` (8-bit floats and others).
 */
export async function openSafetensors(source: ByteSource): Promise<TensorReader> {
  const { tensors } = await readHeader(source).catch(async (error: unknown) => {
    await source.close();
    throw error;
  });
  return {
    tensors: tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    async *read(names) {
      for (const tensor of tensors) {
        const { name, shape } = tensor;
        if (!names || names.has(name)) yield { name, shape, data: await numbers(source, tensor) } satisfies NamedTensor;
      }
    },
    close: () => source.close(),
  };
}

/** Those of float32 are not copied where they lie in memory; others are converted a block at a time. */
async function numbers(
  source: ByteSource,
  { dtype, start, end, elements }: StoredTensor,
): Promise<Float32Array<ArrayBuffer>> {
  if (dtype === 'F32') return asFloat32(await source.read(start, end));
  const data = new Float32Array(elements);
  const blockBytes = BLOCK_ELEMENTS * DTYPE_BYTES[dtype];
  for (let at = start; at < end; at += blockBytes) {
    const bytes = await source.read(at, Math.min(at + blockBytes, end));
    toFloat32(dtype, bytes, data, (at - start) / DTYPE_BYTES[dtype]);
    await breathe();
  }
  return data;
}
