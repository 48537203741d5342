// Tensors as a weights file holds them: what is in it, and the numbers, one tensor at a time.

/** What a file says of one tensor. `dtype` is the file's own; numbers always come out as float32. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U8' | 'BOOL';
  readonly shape: readonly number[];
}

/**
 * One tensor's numbers, row-major, in PyTorch's layout (convolution weights are [K, C, R, S]). They may lie in the caller's own memory:
 * nobody writes into them.
 */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** Weights from anywhere (a file, a hub, memory): the list first, then each tensor once, in any order. */
export interface TensorReader {
  readonly tensors: readonly TensorInfo[];
  /** Reads the named tensors (all of them by default) one after another; never holds more than one at a time. */
  read(names?: ReadonlySet<string>): AsyncIterable<NamedTensor>;
  /** Closes what is open. Safe to call twice. */
  close(): Promise<void>;
}

/** Weights in memory by name: `model.stateDict()` gives this, `load(name, { weights })` takes it. */
export type StateDict = Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
