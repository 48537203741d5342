// Philox4x32-10, a counter-based random number generator (Salmon et al. 2011, section 3.3): the same numbers on every machine.

const ROUNDS = 10;
const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** The four 32-bit words of counter `c` under `key`. */
export function philox(c: readonly [number, number, number, number], key: readonly [number, number]): Uint32Array {
  let [x0, x1, x2, x3] = c;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const [high0, low0] = multiply(M0, x0);
    const [high1, low1] = multiply(M1, x2);
    [x0, x1, x2, x3] = [(high1 ^ x1 ^ k0) >>> 0, low1, (high0 ^ x3 ^ k1) >>> 0, low0];
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  return Uint32Array.of(x0, x1, x2, x3);
}

/** High and low words of a 64-bit product. */
function multiply(a: number, b: number): [number, number] {
  const product = BigInt(a) * BigInt(b);
  return [Number(product >> 32n), Number(product & 0xffffffffn)];
}
