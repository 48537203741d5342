// A built-in network as the benches need it: its graph, a state dict, and input batches, the same on every machine.

import { registry } from '../src/index.ts';
import { builtin } from '../src/models/builtin.ts';
import { build, defaults } from '../src/registry/build.ts';
import type { ModelSpec } from '../src/registry/plugin.ts';
import type { Graph } from '../src/runtime/graph/graph.ts';
import type { ParameterSpec } from '../src/runtime/graph/scope.ts';
import { type Tensor, tensor } from '../src/runtime/tensor.ts';
import { bind } from '../src/weights/bind.ts';
import { fetchWeights } from '../src/weights/hub.ts';
import { initialise } from '../src/weights/initialise.ts';
import { openTensors } from '../src/weights/open_weights.ts';
import { renamed } from '../src/weights/rename.ts';
import type { StateDict } from '../src/weights/tensors.ts';

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
  const { state, weights } = hub === undefined ? initial(parameters) : await published(name, spec, parameters, hub);
  return { name, graph, state, weights, channels: own.channels, size: side };
}

/** A batch of noise in [-2, 2), which is where normalised pictures lie. */
export function noise({ channels, size }: Pick<Network, 'channels' | 'size'>, batch: number): Tensor {
  return tensor(uniform(batch * channels * size * size, 2), [batch, channels, size, size]);
}

/** Xorshift32: numbers in [-scale, scale), the same for the same seed. */
export function uniform(count: number, scale: number, seed = 1): Float32Array<ArrayBuffer> {
  const data = new Float32Array(count);
  let state = Math.imul(seed, 0x9e3779b9) | 1;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    data[i] = (state / 2 ** 31) * scale;
  }
  return data;
}

function specOf(name: string): ModelSpec {
  const all: Readonly<Record<string, ModelSpec>> = Object.assign({}, ...builtin.map(({ models }) => models));
  return all[name]!;
}

function initial(parameters: readonly ParameterSpec[]) {
  const state: StateDict = {};
  for (const spec of parameters) state[spec.name] = initialise(spec, 0);
  return { state, weights: 'initial, seed 0' };
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
