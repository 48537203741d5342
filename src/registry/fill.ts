// Weights into a model: which tensors are taken from the file, which start from the seed, and how they reach the GPU.

import type { Device } from '../runtime/device/device.ts';
import { Executor } from '../runtime/device/executor.ts';
import type { NamedTensor } from '../weights/tensors.ts';
import type { Options, Weights } from './load.ts';
import type { ModelSpec } from './plugin.ts';
import type { Prepared } from './prepare.ts';

/**
 * Uploads the weights while pipelines compile. `trained` is the width of the last layer in them; what depends on another width
 * starts from the seed. Throws WeightsError 'weights_mismatch', DeviceError, or the signal's reason; nothing stays allocated then.
 */
export async function fill(
  spec: ModelSpec,
  prepared: Prepared,
  { reader, source }: Weights,
  trained: number,
  device: Device,
  { seed = 0, signal, onProgress, budgetBytes }: Options,
): Promise<Executor> {
  const { program, parameters } = prepared;
  // Whoever has a reader has loaded this, but for training.
  const names = reader
    ? (await import('./open_weights.ts')).fitting(spec, prepared, reader, trained, source)
    : new Set<string>();
  let done = 0;
  async function* tensors(): AsyncGenerator<NamedTensor> {
    const step = (tensor: NamedTensor) => {
      signal?.throwIfAborted();
      onProgress?.({ phase: 'upload', unit: 'tensors', done: ++done, total: parameters.length });
      return tensor;
    };
    const missing = parameters.filter(({ name }) => !names.has(name));
    if (missing.length > 0) {
      const { initialiseInTurns } = await import('../weights/initialise.ts');
      for (const spec of missing) yield step(await initialiseInTurns(spec, seed, signal));
    }
    if (reader) for await (const tensor of reader.read(names)) yield step(tensor);
    signal?.throwIfAborted();
  }
  return Executor.load(device.acquired, device.pipelines, program, tensors(), { budgetBytes }, signal);
}
