// Logarithm, exponential, sine and cosine of additions, multiplications and divisions alone: JavaScript leaves the last digits
// of Math.log and Math.cos to the engine, and initial weights are to be the same bits everywhere.

const bits = new DataView(new ArrayBuffer(8));

/** The natural logarithm of a positive normal number, to a few units in the last place. */
export function logarithm(x: number): number {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0); // [1, 2)
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 artanh(s), s = (m - 1) / (m + 1); |s| < 0.172, so that s^23 is below 2^-53 of the sum.
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let k = 21; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return exponent * Math.LN2 + 2 * s * sum;
}

/** e to the power of x, to |x| + 4 units in the last place, for |x| < 700. */
export function exponential(x: number): number {
  const halvings = Math.round(x / Math.LN2);
  const rest = x - halvings * Math.LN2; // |rest| <= 0.35, so that its 14th power over 14! is below 2^-53
  let sum = 1;
  for (let k = 14; k >= 1; k--) sum = 1 + (sum * rest) / k;
  bits.setUint32(0, (1023 + halvings) << 20);
  bits.setUint32(4, 0);
  return sum * bits.getFloat64(0);
}

/** sin(2 pi x) for x in [0, 1]. */
export function sine(x: number): number {
  const quarter = Math.round(4 * x);
  const rest = 2 * Math.PI * (x - quarter / 4); // exact but for the product; |rest| <= pi/4
  if (quarter % 4 === 0) return smallSine(rest);
  if (quarter % 4 === 1) return smallCosine(rest);
  return quarter % 4 === 2 ? -smallSine(rest) : -smallCosine(rest);
}

/** cos(2 pi x) for x in [0, 1]. */
export function cosine(x: number): number {
  return sine(x > 0.75 ? x - 0.75 : x + 0.25);
}

// Taylor's series by Horner's rule; at pi/4 the first term left out is below 2^-53 of the sum.
function smallSine(x: number): number {
  const square = x * x;
  let sum = 1;
  for (let k = 16; k >= 2; k -= 2) sum = 1 - (sum * square) / (k * (k + 1));
  return x * sum;
}

function smallCosine(x: number): number {
  const square = x * x;
  let sum = 1;
  for (let k = 17; k >= 1; k -= 2) sum = 1 - (sum * square) / (k * (k + 1));
  return sum;
}
