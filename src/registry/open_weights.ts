// Where the weights of a model come from, when it is loaded and when they are asked for again: the caller, a hub, or the seed.

import { fetchWeights } from '../weights/hub.ts';
import { openTensors } from '../weights/open_weights.ts';
import { renamed } from '../weights/rename.ts';
import type { TensorReader } from '../weights/tensors.ts';
import { fitting } from './fit.ts';
import type { Options, Weights } from './load.ts';
import type { ModelSpec } from './plugin.ts';
import type { Prepared } from './prepare.ts';

export { fitting } from './fit.ts';

/** Opens them; the caller closes the reader. Throws WeightsError, HubError, UsageError, or the signal's reason. */
export async function openWeights(name: string, spec: ModelSpec, { signal, ...options }: Options): Promise<Weights> {
  const { pretrained, weights } = options;
  const abortable = { ...options, ...(signal && { signal }) };
  if (weights !== undefined) {
    const source = typeof weights === 'string' || weights instanceof URL ? `${weights}` : 'the given weights';
    return { reader: await openTensors(weights, abortable), entry: null, source: `${source} for ${name}` };
  }
  if (!pretrained) return { reader: null, entry: null, source: name };
  const request = { ...abortable, model: name, entries: spec.weights };
  const fetched = await fetchWeights(pretrained === true ? request : { ...request, id: pretrained });
  const source = `${fetched.source.name} for ${name}`;
  return {
    reader: await renamed(await openTensors(fetched.source), fetched.naming, source),
    entry: fetched.entry,
    source,
  };
}

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
          else
            yield await (await import('../weights/initialise.ts')).initialiseInTurns(
              parameter,
              options.seed ?? 0,
              options.signal,
            );
        }
      },
      close: async () => reader?.close(),
    };
  } catch (error) {
    await reader?.close();
    throw error;
  }
}
