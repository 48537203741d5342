// Number formats: every 16-bit float both ways, rounding against its definition.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bfloatFromBits, halfFromBits, toFloat32 } from '../../src/weights/floats.ts';

const ALL = Uint16Array.from({ length: 65536 }, (_, i) => i);
const scratch = new Float32Array(1);
const bitsOf = (value: number): number => {
  scratch[0] = value;
  return new Uint32Array(scratch.buffer)[0]!;
};

/** IEEE 754's own definition of a half. */
function half(code: number): number {
  const sign = code & 0x8000 ? -1 : 1;
  const exponent = (code >> 10) & 31;
  const mantissa = code & 0x3ff;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent ? sign * (1 + mantissa / 1024) * 2 ** (exponent - 15) : sign * (mantissa / 1024) * 2 ** -14;
}

it('reads every half exactly, subnormals, infinities and NaN included', () => {
  const out = new Float32Array(65536);
  toFloat32('F16', new Uint8Array(ALL.buffer.slice(0)), out, 0);
  for (let code = 0; code < 65536; code++)
    if (!Object.is(out[code], half(code))) expect([code, out[code]]).toBe(half(code));
});

it('gives every half and every bfloat16 back bit for bit', () => {
  for (const [dtype, back] of [
    ['F16', halfFromBits],
    ['BF16', bfloatFromBits],
  ] as const) {
    const out = new Float32Array(65536);
    toFloat32(dtype, new Uint8Array(ALL.buffer.slice(0)), out, 0);
    const bits = new Uint32Array(out.buffer);
    for (let code = 0; code < 65536; code++)
      if (back(bits[code]!) !== code) expect([dtype, back(bits[code]!)]).toBe(code);
  }
});

it('rounds to the nearest half, ties to even', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.float({ min: -70000, max: 70000 }), fc.float({ min: Math.fround(-1e-4), max: Math.fround(1e-4) })),
      (x) => {
        const code = halfFromBits(bitsOf(x));
        if (Number.isNaN(x)) return Number.isNaN(half(code));
        if (Math.abs(x) >= 65520) return Math.abs(half(code)) === Number.POSITIVE_INFINITY;
        const error = Math.abs(half(code) - x);
        for (const other of [code - 1, code + 1]) {
          if ((other & 0x7c00) === 0x7c00 || other < 0) continue;
          const otherError = Math.abs(half(other) - x);
          if (otherError < error || (otherError === error && code & 1 && half(other) !== half(code))) return false;
        }
        return true;
      },
    ),
    { numRuns: 2000 },
  );
});

it('rounds to the nearest bfloat16, ties to even', () => {
  expect(bfloatFromBits(0x3f808000)).toBe(0x3f80); // 1 + 2^-8, half way: the even one below
  expect(bfloatFromBits(0x3f818000)).toBe(0x3f82); // half way: the even one above
  expect(bfloatFromBits(0x3f808001)).toBe(0x3f81);
  expect(bfloatFromBits(0xbf80ffff)).toBe(0xbf81);
  expect(bfloatFromBits(0x7f800001) & 0x7f).not.toBe(0); // a NaN stays one
});

it('reads 64-bit integers, negative ones included, to the nearest float32', () => {
  const values = BigInt64Array.from([0n, -1n, 7n, 16777216n, -16777217n, 2n ** 62n]);
  const out = new Float32Array(values.length);
  toFloat32('I64', new Uint8Array(values.buffer), out, 0);
  expect([...out]).toEqual([...values].map((value) => Math.fround(Number(value))));
});
