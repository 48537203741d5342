// Weights into a model: which tensors are taken from the file, which start from the seed, and how they reach the GPU.

import type { Device } from '../runtime/device/device.ts';
import { Executor } from '../runtime/device/executor.ts';
import type { NamedTensor, TensorReader } from '../weights/tensors.ts';
import { build } from './build.ts';
import { namesThatFit } from './fit.ts';
import type { Options, Prepared, Weights } from './load.ts';
import type { ModelSpec } from './plugin.ts';

/**
 * Uploads the weights. `trained` is the width of the last layer in them; what depends on another width starts from the
 * seed. Throws WeightsError 'weights_mismatch', DeviceError, or the signal's reason; nothing stays allocated then.
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
  const names = reader ? fitting(spec, prepared, reader, trained, source) : new Set<string>();
  let done = 0;
  async function* tensors(): AsyncGenerator<NamedTensor> {
    const step = (tensor: NamedTensor) => {
      signal?.throwIfAborted();
      onProgress?.({ phase: 'upload', unit: 'tensors', done: ++done, total: parameters.length });
      return tensor;
    };
    const missing = parameters.filter(({ name }) => !names.has(name));
    if (missing.length > 0) {
      const { initialise } = await import('../weights/initialise.ts');
      for (const spec of missing) yield step(initialise(spec, seed));
    }
    if (reader) for await (const tensor of reader.read(names)) yield step(tensor);
    signal?.throwIfAborted();
  }
  const budget = budgetBytes === undefined ? {} : { budgetBytes };
  return Executor.load(device.acquired, device.pipelines, program, tensors(), budget);
}

/**
 * The parameters to take from the weights, which must fit the model of their own width. The others start from the seed:
 * those of another shape at the width that is wanted, and optional ones the weights do not have.
 */
export function fitting(
  spec: ModelSpec,
  { parameters, size, config }: Pick<Prepared, 'parameters' | 'size' | 'config'>,
  { tensors }: TensorReader,
  trained: number,
  source: string,
): ReadonlySet<string> {
  const built = build(spec, { classes: trained, size, config });
  const found = namesThatFit(built, tensors, source);
  const shapes = new Map(parameters.map(({ name, shape }) => [name, `${shape}`]));
  return new Set(
    built.parameters
      .filter(({ name, shape }) => found.has(name) && shapes.get(name) === `${shape}`)
      .map(({ name }) => name),
  );
}
