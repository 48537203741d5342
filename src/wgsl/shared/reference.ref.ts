// What float64 references are made of, and the errors the WGSL specification grants; imported by references and tests only.

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** The result, each element's sum of |terms|, the longest sum, and an absolute error granted beside the sum's own. */
export interface Reference {
  readonly shape: readonly number[];
  readonly y: Float64Array;
  readonly terms: Float64Array;
  readonly length: number;
  readonly granted: Float64Array;
}

/** One element. Without terms it is a copy, or exact otherwise: not a bit may differ. */
export interface Element {
  readonly y: number;
  readonly terms?: number;
  readonly granted?: number;
}

/** Builds a reference of shape [N, C, H, W] or [N, C] element by element; `length` is that of the longest sum. */
export function reference(
  shape: readonly number[],
  length: number,
  element: (n: number, c: number, h: number, w: number) => Element,
): Reference {
  const [N = 1, C = 1, H = 1, W = 1] = shape;
  const size = N * C * H * W;
  const [y, terms, granted] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  for (let i = 0; i < size; i++) {
    const made = element(Math.floor(i / (C * H * W)), Math.floor(i / (H * W)) % C, Math.floor(i / W) % H, i % W);
    y[i] = made.y;
    terms[i] = made.terms ?? 0;
    granted[i] = made.granted ?? 0;
  }
  return { shape, y, terms, length, granted };
}

/** Reads [N, C, H, W] or [N, C] by its indices. */
export function reader({ shape, data }: Tensor): (n: number, c: number, h?: number, w?: number) => number {
  const [, C = 1, H = 1, W = 1] = shape;
  return (n, c, h = 0, w = 0) => data[((n * C + c) * H + h) * W + w]!;
}

/** The relative error of one correctly rounded operation. */
export const ROUNDING = 2 ** -24;

// Below this a result may be flushed to zero (WGSL section 15.7.2).
const SMALLEST = 2 ** -126;

/** The distance of f32 numbers around `value`; where they are subnormal, the most that flushing takes. */
export function ulp(value: number): number {
  const size = Math.abs(value);
  return size < SMALLEST ? SMALLEST : 2 ** (Math.floor(Math.log2(size)) - 23);
}

/** exp(x) and exp2(x) are within 3 + 2|x| ULP (WGSL section 15.7.4). Relative, for results that are not subnormal. */
export const expError = (x: number) => (3 + 2 * Math.abs(x)) * 2 ** -23;

/** log(x) and log2(x): 2^-21 absolute within [0.5, 2], elsewhere 3 ULP of the result. Absolute. */
export const logError = (x: number, result: number) => (x >= 0.5 && x <= 2 ? 2 ** -21 : 3 * ulp(result));

/** a / b: 2.5 ULP. Relative. */
export const DIVISION = 2.5 * 2 ** -23;

/** sqrt(x) inherits from 1 / inverseSqrt(x): 2 ULP and a division. Relative. */
export const SQRT = 2 * 2 ** -23 + DIVISION;

/** inverseSqrt(x): 2 ULP. Relative. */
export const INVERSE_SQRT = 2 * 2 ** -23;
