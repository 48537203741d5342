// Fits what a weights file holds to what a model expects, and gives memory the face of a weights file.

import { WeightsError } from '../runtime/errors.ts';
import type { StateDict, TensorInfo, TensorReader } from './tensors.ts';

/** A parameter or buffer of a model, by its state_dict name. */
export interface ExpectedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * The names to read from `found` so that every expected tensor is there once, in its shape. Batch norm's counter
 * `num_batches_tracked` may be missing (files older than torch 0.4.1 have none) or be there unasked.
 * Throws one WeightsError `weights_mismatch` whose `problems` list everything missing, left over or of another shape.
 */
export function bind(
  expected: readonly ExpectedTensor[],
  found: readonly TensorInfo[],
  source: string,
): ReadonlySet<string> {
  const byName = new Map(found.map((tensor) => [tensor.name, tensor]));
  const wanted = new Set(expected.map(({ name }) => name));
  const names = new Set<string>();
  const shapes: string[] = [];
  const missing: string[] = [];
  for (const { name, shape } of expected) {
    const tensor = byName.get(name);
    if (tensor && sameShape(tensor.shape, shape)) names.add(name);
    else if (tensor) shapes.push(`${name} is [${tensor.shape}], the model has [${shape}]`);
    else if (!isCounter(name)) missing.push(`${name} [${shape}] is missing`);
  }
  const leftOver = found
    .filter(({ name }) => !wanted.has(name) && !isCounter(name))
    .map(({ name, shape }) => `${name} [${shape}] is left over`);
  const problems = [...shapes, ...missing, ...leftOver];
  if (problems.length === 0) return names;
  const counts = `${shapes.length} of another shape, ${missing.length} missing, ${leftOver.length} left over`;
  throw WeightsError.mismatch(`${source} does not fit the model: ${problems[0]} (${counts})`, problems);
}

const isCounter = (name: string): boolean => /(^|\.)num_batches_tracked$/.test(name);

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, i) => length === b[i]);

/** A state dict as a reader; `read` gives the dict's own arrays. Throws `weights_mismatch` where shape and data disagree. */
export function stateReader(dict: StateDict, source = 'the given state dict'): TensorReader {
  const entries = Object.entries(dict);
  const problems: string[] = [];
  for (const [name, { shape, data }] of entries) {
    const elements = shape.reduce((size, length) => size * length, 1);
    if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0))
      problems.push(`${name}: [${shape}] is not a shape`);
    else if (!(data instanceof Float32Array)) problems.push(`${name}: its data is not a Float32Array`);
    else if (elements !== data.length)
      problems.push(`${name}: [${shape}] takes ${elements} numbers, it has ${data.length}`);
  }
  if (problems.length > 0)
    throw WeightsError.mismatch(`${source} is not valid: ${problems[0]} (${problems.length} problems)`, problems);
  return {
    tensors: entries.map(([name, { shape }]) => ({ name, dtype: 'F32', shape })),
    async *read(names) {
      for (const [name, { shape, data }] of entries)
        if (!names || names.has(name)) yield { name, shape, data: unshared(data) };
    },
    close: async () => {},
  };
}

/** WebGPU takes no SharedArrayBuffer, so numbers in one are copied. */
function unshared(data: Float32Array): Float32Array<ArrayBuffer> {
  return data.buffer instanceof ArrayBuffer ? (data as Float32Array<ArrayBuffer>) : new Float32Array(data);
}
