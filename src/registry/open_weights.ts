// Where the weights of a load come from: the caller, a hub, or nowhere.

import { fetchWeights } from '../weights/hub.ts';
import { openTensors } from '../weights/open_weights.ts';
import { renamed } from '../weights/rename.ts';
import type { Options, Weights } from './load.ts';
import type { ModelSpec } from './plugin.ts';

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
