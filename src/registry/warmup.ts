// A first run that nobody waits for an answer of: software drivers make machine code then, and every driver memory.

import { UsageError } from '../runtime/errors.ts';
import { Tensor } from '../runtime/tensor.ts';
import { unlessAborted } from '../runtime/unless_aborted.ts';
import type { LoadOptions } from './load.ts';
import type { Model } from './model.ts';

export interface WarmupOptions {
  /** Images of the first run; memory for as many stays, as after any run. Default 1. */
  readonly batch?: number;
  /** Ends the wait; the run itself goes on. */
  readonly signal?: AbortSignal;
}

/** See `Model.warmup`. */
export async function warmUp(model: Model, { batch = 1, signal }: WarmupOptions): Promise<void> {
  if (!(Number.isSafeInteger(batch) && batch > 0))
    throw new UsageError(
      'invalid_argument',
      `warmup of ${model.name}: batch must be a positive whole number and is ${batch}`,
    );
  signal?.throwIfAborted();
  const { mean, crop } = model.preprocess;
  const shape = [batch, mean.length, crop, crop];
  const image = new Tensor(new Float32Array(batch * mean.length * crop * crop), shape);
  await unlessAborted(Promise.all([model.forward(image)]), signal);
}

/** The option `warmup` of `load`. Disposes of the model where it throws. */
export async function warmedUp(model: Model, { warmup, signal, onProgress }: LoadOptions): Promise<Model> {
  const tell = (done: number) => onProgress?.({ phase: 'warmup', unit: 'runs', done, total: 1 });
  try {
    tell(0);
    await warmUp(model, { batch: Number(warmup), ...(signal && { signal }) }); // true is 1
    tell(1);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}
