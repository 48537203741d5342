// Philox4x32-10, a counter-based random number generator (Salmon et al. 2011, section 3.3): the same numbers on every machine.

const ROUNDS = 10;
const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** The four 32-bit words of counter `c` under `key`, written to `into`. */
export function philox(
  c: readonly [number, number, number, number],
  key: readonly [number, number],
  into = new Uint32Array(4),
): Uint32Array {
  let [x0, x1, x2, x3] = c;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highWord(M0, x0);
    const high1 = highWord(M1, x2);
    const low0 = Math.imul(M0, x0);
    x0 = high1 ^ x1 ^ k0;
    x1 = Math.imul(M1, x2);
    x2 = high0 ^ x3 ^ k1;
    x3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  into[0] = x0;
  into[1] = x1;
  into[2] = x2;
  into[3] = x3;
  return into;
}

/** The upper half of the 64-bit product of two unsigned words, by halves of 16 bits: a BigInt would take fifty times as long. */
function highWord(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16); // below 2^32
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (carry >>> 16)) | 0;
}
