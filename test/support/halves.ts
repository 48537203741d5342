// Numbers in half precision: those that it has, and how far off it stores the others.

/** WGSL leaves open which of the two f16 beside a number it becomes; relative. */
export const HALF_ROUNDING = 2 ** -10;

/** What is smaller than this may become zero. */
export const SMALLEST_HALF = 2 ** -14;

/** The numbers cut down to what f16 has: ten bits behind the leading one, and zero where it would hold them with fewer. */
export function exactHalves(values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(values.slice().buffer).map((word) => word & 0xffff_e000);
  return new Float32Array(words.buffer).map((v) => (Math.abs(v) < SMALLEST_HALF ? 0 : v));
}

/** How far off a number is stored. */
export function halfError(value: number): number {
  return Math.max(HALF_ROUNDING * Math.abs(value), SMALLEST_HALF);
}
