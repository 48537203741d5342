// The generator against published vectors and against a second implementation, written from the paper with BigInt.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { philox } from '../../src/weights/philox.ts';

type Counter = [number, number, number, number];
type Key = [number, number];

// Random123's kat_vectors, `philox4x32 10`: counter, key, result.
const vectors: readonly (readonly [Counter, Key, string])[] = [
  [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
];

const hex = (words: ArrayLike<number>) => Array.from(words, (word) => word.toString(16).padStart(8, '0')).join(' ');

/** Figure 3 of the paper, word for word in 64-bit integers. */
function reference(counter: Counter, key: Key): number[] {
  const mask = 0xffffffffn;
  let [l0, r0, l1, r1] = [counter[0], counter[1], counter[2], counter[3]].map(BigInt) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * l0;
    const p1 = 0xcd9e8d57n * l1;
    [l0, r0, l1, r1] = [(p1 >> 32n) ^ r0 ^ k0, p1 & mask, (p0 >> 32n) ^ r1 ^ k1, p0 & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [l0, r0, l1, r1].map(Number);
}

describe('philox', () => {
  it.each(vectors)('of counter %j under key %j is the published %s', (counter, key, expected) => {
    expect(hex(philox(counter, key))).toBe(expected);
    expect(hex(reference(counter, key))).toBe(expected);
  });

  it('equals the second implementation for any counter and key', () => {
    const word = fc.oneof(
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.constantFrom(0, 1, 0xffff, 0x10000, 0x80000000, 0xffffffff),
    );
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        expect(Array.from(philox(counter, key))).toEqual(reference(counter, key));
      }),
      { numRuns: 500 },
    );
  });

  it('writes where it is told', () => {
    const into = new Uint32Array(4);
    expect(philox([1, 0, 0, 0], [2, 3], into)).toBe(into);
    expect(into).toEqual(philox([1, 0, 0, 0], [2, 3]));
  });
});
