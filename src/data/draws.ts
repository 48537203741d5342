// Random numbers of one picture in one epoch: by seed, epoch, picture and step of the augmentation, on nothing else.

import { philox } from '../weights/philox.ts';
import { cosine, logarithm } from '../weights/real_functions.ts';

/** Sets the numbers that augment pictures apart from those that shuffle or start weights. */
const AUGMENT = 0x6175676d;

/**
 * A stream of numbers, moved to another picture or step by `at`, so that a step that draws more does not change the
 * next.
 */
export class Draws {
  readonly #key: readonly [number, number];
  readonly #counter: [number, number, number, number];
  readonly #words = new Uint32Array(4);
  #used = 4;

  constructor(seed: number, epoch: number) {
    this.#key = [seed >>> 0, AUGMENT];
    this.#counter = [0, 0, epoch >>> 0, 0];
  }

  /** Starts the stream of a picture (or batch) and a step. */
  at(index: number, step: number): this {
    this.#counter[0] = 0;
    this.#counter[1] = index;
    this.#counter[3] = step;
    this.#used = 4;
    return this;
  }

  /** 32 random bits. */
  word(): number {
    if (this.#used === 4) {
      philox(this.#counter, this.#key, this.#words);
      this.#counter[0]++;
      this.#used = 0;
    }
    return this.#words[this.#used++]!;
  }

  /** Within (low, high). */
  uniform([low, high]: readonly [number, number]): number {
    return low + ((this.word() + 0.5) / 2 ** 32) * (high - low);
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor((this.word() * (high - low + 1)) / 2 ** 32);
  }

  /** True with this probability; 0 is never and 1 is always. */
  chance(probability: number): boolean {
    return this.word() < probability * 2 ** 32;
  }

  /** Standard normal: Box and Muller's method, one of its two numbers. */
  normal(): number {
    const radius = Math.sqrt(-2 * logarithm(this.uniform([0, 1])));
    return radius * cosine(this.uniform([0, 1]));
  }
}
