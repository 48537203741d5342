// Parameters that no file gives: filled by their law from a seed and their name, the same on every machine.

import type { Init, ParameterSpec } from '../runtime/graph/scope.ts';
import { philox } from './philox.ts';
import { cosine, logarithm, sine } from './real_functions.ts';
import type { NamedTensor } from './tensors.ts';

/** A parameter's first numbers. They depend on its name, its shape's size, its law and the seed (32 bits), on nothing else. */
export function initialise(
  { name, shape, init }: Pick<ParameterSpec, 'name' | 'shape' | 'init'>,
  seed: number,
): NamedTensor {
  const data = new Float32Array(shape.reduce((product, dim) => product * dim, 1));
  if (init.law === 'constant') data.fill(init.value);
  else if (init.law === 'given') data.set(init.values);
  else draw(data, init, [seed >>> 0, hash(name)]);
  return { name, shape, data };
}

function draw(
  data: Float32Array,
  init: Extract<Init, { law: 'uniform' | 'normal' }>,
  key: readonly [number, number],
): void {
  const words = new Uint32Array(4);
  const four = new Float64Array(4);
  for (let i = 0; i < data.length; i += 4) {
    philox([i >>> 2, 0, 0, 0], key, words);
    if (init.law === 'uniform') uniform(words, init.bound, four);
    else normal(words, init.std, four);
    const count = Math.min(4, data.length - i);
    for (let lane = 0; lane < count; lane++) data[i + lane] = four[lane]!;
  }
}

/** Within (-bound, bound) before rounding to float32. */
function uniform(words: Uint32Array, bound: number, four: Float64Array): void {
  for (let lane = 0; lane < 4; lane++) four[lane] = ((words[lane]! + 0.5) / 2 ** 31 - 1) * bound;
}

/** Box and Muller's method: two normal numbers from two uniform ones. */
function normal(words: Uint32Array, std: number, four: Float64Array): void {
  for (let lane = 0; lane < 4; lane += 2) {
    const radius = std * Math.sqrt(-2 * logarithm((words[lane]! + 0.5) / 2 ** 32));
    const turn = (words[lane + 1]! + 0.5) / 2 ** 32;
    four[lane] = radius * cosine(turn);
    four[lane + 1] = radius * sine(turn);
  }
}

/** FNV-1a, so that each parameter draws from a stream of its own. */
function hash(name: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) h = Math.imul(h ^ byte, 0x01000193) >>> 0;
  return h;
}
