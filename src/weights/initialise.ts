// Parameters that no file gives: filled by their law from a seed and their name, the same on every machine.

import type { Init, ParameterSpec } from '../runtime/graph/scope.ts';
import { philox } from './philox.ts';
import type { NamedTensor } from './tensors.ts';

export function initialise({ name, shape, init }: ParameterSpec, seed: number): NamedTensor {
  const data = new Float32Array(shape.reduce((product, dim) => product * dim, 1));
  if (init.law === 'constant') data.fill(init.value);
  else draw(data, init, [seed >>> 0, hash(name)]);
  return { name, shape, data };
}

function draw(data: Float32Array, init: Exclude<Init, { law: 'constant' }>, key: readonly [number, number]): void {
  for (let i = 0; i < data.length; i += 4) {
    const words = philox([i >>> 2, 0, 0, 0], key);
    const four = init.law === 'uniform' ? uniform(words, init.bound) : normal(words, init.std);
    for (const [lane, value] of four.entries()) if (i + lane < data.length) data[i + lane] = value;
  }
}

/** In (-bound, bound). */
function uniform(words: Uint32Array, bound: number): number[] {
  return Array.from(words, (word) => ((word + 0.5) / 2 ** 31 - 1) * bound);
}

/** Box and Muller's method: two normal numbers from two uniform ones. */
function normal(words: Uint32Array, std: number): number[] {
  return [0, 2].flatMap((at) => {
    const radius = std * Math.sqrt(-2 * Math.log((words[at]! + 0.5) / 2 ** 32));
    const angle = (2 * Math.PI * (words[at + 1]! + 0.5)) / 2 ** 32;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

/** FNV-1a, so that each parameter draws from a stream of its own. */
function hash(name: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) h = Math.imul(h ^ byte, 0x01000193) >>> 0;
  return h;
}
