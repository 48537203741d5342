// A model's weights in state_dict order, read once more from where they came: the GPU holds them folded and packed.

import { initialiseInTurns } from '../weights/initialise.ts';
import type { TensorReader } from '../weights/tensors.ts';
import { fitting } from './fit.ts';
import type { Options } from './load.ts';
import { openWeights } from './open_weights.ts';
import type { ModelSpec } from './plugin.ts';
import type { Prepared } from './prepare.ts';

/**
 * All parameters and buffers, batch norm's counters and auxiliary heads included; what the weights do not give starts from
 * the seed, as it did when the model was loaded. `trained` is the width of the last layer in the weights. The caller closes
 * the reader. Throws what loading throws.
 */
export async function openState(
  name: string,
  spec: ModelSpec,
  prepared: Pick<Prepared, 'parameters' | 'size' | 'config'>,
  trained: number,
  options: Options,
): Promise<TensorReader> {
  const { reader, source } = await openWeights(name, spec, options);
  const { parameters } = prepared;
  try {
    const given = reader ? fitting(spec, prepared, reader, trained, source) : new Set<string>();
    return {
      tensors: parameters.map(({ name, shape }) => ({ name, dtype: 'F32', shape })),
      async *read(names) {
        for (const parameter of parameters) {
          options.signal?.throwIfAborted();
          if (names && !names.has(parameter.name)) continue;
          if (reader && given.has(parameter.name)) yield* reader.read(new Set([parameter.name]));
          else yield await initialiseInTurns(parameter, options.seed ?? 0, options.signal);
        }
      },
      close: async () => reader?.close(),
    };
  } catch (error) {
    await reader?.close();
    throw error;
  }
}
