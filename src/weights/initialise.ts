// Parameters that no file gives: filled by their law from a seed and their name, the same on every machine.

import { breathe } from '../runtime/breathe.ts';
import type { Init, ParameterSpec } from '../runtime/graph/scope.ts';
import { philox } from './philox.ts';
import { cosine, logarithm, sine } from './real_functions.ts';
import type { NamedTensor } from './tensors.ts';

type Spec = Pick<ParameterSpec, 'name' | 'shape' | 'init'>;

/** A multiple of four, and a few milliseconds of work. */
const BLOCK = 1 << 14;

/** A parameter's first numbers. They depend on its name, its shape's size, its law and the seed (32 bits), on nothing else. */
export function initialise(spec: Spec, seed: number): NamedTensor {
  const made = empty(spec);
  for (const part of parts(made.data)) write(part, spec, seed);
  return made;
}

/** The same numbers, in turns with whatever else there is to do. Throws the signal's reason. */
export async function initialiseInTurns(spec: Spec, seed: number, signal?: AbortSignal): Promise<NamedTensor> {
  const made = empty(spec);
  for (const part of parts(made.data)) {
    signal?.throwIfAborted();
    write(part, spec, seed);
    await breathe();
  }
  return made;
}

function empty({ name, shape }: Spec): NamedTensor {
  return { name, shape, data: new Float32Array(shape.reduce((product, dim) => product * dim, 1)) };
}

/** A stretch of a tensor's numbers, from number `from` on. */
interface Part {
  readonly data: Float32Array;
  readonly from: number;
}

function* parts(all: Float32Array): Generator<Part> {
  for (let from = 0; from < all.length; from += BLOCK) yield { data: all.subarray(from, from + BLOCK), from };
}

function write(part: Part, { name, init }: Spec, seed: number): void {
  const { data, from } = part;
  if (init.law === 'constant') data.fill(init.value);
  else if (init.law === 'given') for (let i = 0; i < data.length; i++) data[i] = init.values[from + i]!;
  else draw(part, init, [seed >>> 0, hash(name)]);
}

function draw(
  { data, from }: Part,
  init: Extract<Init, { law: 'uniform' | 'normal' }>,
  key: readonly [number, number],
): void {
  const words = new Uint32Array(4);
  const four = new Float64Array(4);
  for (let i = 0; i < data.length; i += 4) {
    philox([(from + i) >>> 2, 0, 0, 0], key, words);
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
