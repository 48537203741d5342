// Numbers with a shape, as they go into a model and come out of it.

import { UsageError } from './errors.ts';

/** A row-major float32 tensor. Images are [n, channels, height, width]. */
export class Tensor {
  readonly shape: readonly number[];
  readonly #data: Float32Array<ArrayBuffer>;

  constructor(data: Float32Array<ArrayBuffer>, shape: readonly number[]) {
    this.shape = shape;
    this.#data = data;
  }

  /** The numbers, row-major. The array is the tensor's own: copy it before changing it. */
  async data(): Promise<Float32Array<ArrayBuffer>> {
    return this.#data;
  }
}

/**
 * Makes a tensor. A Float32Array is kept, not copied: change it only when nothing reads the tensor any more.
 * Throws UsageError 'invalid_argument' when the shape is none, or the count of numbers is not that of the shape.
 */
export function tensor(data: ArrayLike<number>, shape: readonly number[]): Tensor {
  const bad = shape.find((dim) => !(Number.isSafeInteger(dim) && dim >= 0));
  if (bad !== undefined)
    throw new UsageError('invalid_argument', `a tensor of shape [${shape}]: ${bad} is no length of a dimension`);
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (count !== data.length)
    throw new UsageError(
      'invalid_argument',
      `a tensor of shape [${shape}] has ${count} numbers, ${data.length} were given`,
    );
  // WebGPU takes no SharedArrayBuffer.
  const kept = data instanceof Float32Array && data.buffer instanceof ArrayBuffer;
  return new Tensor(kept ? (data as Float32Array<ArrayBuffer>) : Float32Array.from(data), [...shape]);
}

/** Parts of a batch, one behind the other. */
export function join(parts: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
