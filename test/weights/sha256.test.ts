// The own SHA-256 against FIPS 180-4's examples and Node's, in pieces of every kind.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256 } from '../../src/weights/sha256.ts';

const hexOf = (...pieces: Uint8Array[]): string => {
  const hash = sha256();
  for (const piece of pieces) hash.update(piece);
  return hash.hex();
};
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

it('gives the examples of the standard', () => {
  expect(hexOf()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(hexOf(text('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(hexOf(text('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'))).toBe(
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  );
});

it('agrees with Node for every length around a block', () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
    expect(hexOf(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});

it('does not depend on how the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (pieces) => {
      expect(hexOf(...pieces)).toBe(hexOf(Uint8Array.from(pieces.flatMap((piece) => [...piece]))));
    }),
  );
});
