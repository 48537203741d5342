// A built-in network as the benches need it: its graph, a state dict, and input batches, the same on every machine.

import { initialWeights, specOf } from '../src/cli/bench/initial_weights.ts';
import { registry } from '../src/index.ts';
import { build, defaults } from '../src/registry/build.ts';
import type { ModelSpec } from '../src/registry/plugin.ts';
import type { Graph } from '../src/runtime/graph/graph.ts';
import type { ParameterSpec } from '../src/runtime/graph/scope.ts';
import { bind } from '../src/weights/bind.ts';
import { fetchWeights } from '../src/weights/hub.ts';
import { openTensors } from '../src/weights/open_weights.ts';
import { renamed } from '../src/weights/rename.ts';
import type { StateDict } from '../src/weights/tensors.ts';

export { noise } from '../src/cli/bench/noise.ts';

export interface Network {
  readonly name: string;
  readonly graph: Graph;
  readonly state: StateDict;
  /** Where the weights came from. */
  readonly weights: string;
  readonly channels: number;
  readonly size: number;
}

export interface NetworkOptions {
  readonly size?: number;
  /** Published weights from this hub; without one, initial weights from a seed: speed does not depend on the values. */
  readonly hub?: string;
}

/** Throws UsageError for an unknown model, HubError, WeightsError. */
export async function openNetwork(name: string, { size, hub }: NetworkOptions): Promise<Network> {
  const { input: own } = registry.info(name); // throws, with the nearest names
  const spec = specOf(name);
  const side = size ?? own.size;
  const { graph, parameters } = build(spec, { ...defaults(spec), size: side });
  const { state, weights } =
    hub === undefined
      ? { state: initialWeights(parameters), weights: 'initial, seed 0' }
      : await published(name, spec, parameters, hub);
  return { name, graph, state, weights, channels: own.channels, size: side };
}

async function published(name: string, spec: ModelSpec, parameters: readonly ParameterSpec[], hub: string) {
  const { source, entry, naming } = await fetchWeights({ model: name, entries: spec.weights, hub });
  const reader = await renamed(await openTensors(source), naming, source.name);
  try {
    const found = bind(parameters, reader.tensors, `${source.name} for ${name}`);
    const state: StateDict = {};
    for await (const { name, shape, data } of reader.read(found)) state[name] = { shape, data };
    return { state, weights: entry.id };
  } finally {
    await reader.close();
  }
}
