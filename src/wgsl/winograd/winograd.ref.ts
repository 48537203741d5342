// How large the terms are that Winograd's F(4x4, 3x3) and F(2x2, 3x3) add up, and the former's gradient, in float64; imported by tests only.

interface Tensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Coefficients, lowest first, of the product of (t - p). */
function product(points: readonly number[]): number[] {
  const times = (poly: readonly number[], p: number) => poly.concat(0).map((v, i) => (poly[i - 1] ?? 0) - p * v);
  return points.reduce(times, [1]);
}

const padded = (row: readonly number[], length: number) => Array.from({ length }, (_, i) => row[i] ?? 0);

/** B^T: the Lagrange numerators; G: powers over their values; A^T: powers, transposed. The last point is infinity. */
function matrices(points: readonly number[]) {
  const made = points.length - 1;
  const others = (point: number) => points.filter((p) => p !== point);
  return {
    made,
    BT: [...points.map((p) => padded(product(others(p)), made + 2)), padded(product(points), made + 2)],
    G: [...points.map((p) => [1, p, p * p].map((v) => v / others(p).reduce((w, o) => w * (p - o), 1))), [0, 0, 1]],
    AT: Array.from({ length: made }, (_, i) => [...points.map((p) => p ** i), i === made - 1 ? 1 : 0]),
  };
}

const four = matrices([0, 3 / 4, -3 / 4, 3 / 2, -3 / 2]);

/** By the candidate's name: F(4x4, 3x3) and F(2x2, 3x3). */
export const forms = { winograd: four, winograd_2x2: matrices([0, 1, -1]), winograd_tile: four } as const;

export type FormName = keyof typeof forms;

/** Whether a candidate adds up what Winograd does. */
export function isWinograd(kernel: string): kernel is FormName {
  return kernel in forms;
}

/** Numbers that a row of it adds up. */
const longest = (matrix: readonly (readonly number[])[]) =>
  Math.max(...matrix.map((row) => row.filter((v) => v !== 0).length));

const absolute = (matrix: readonly (readonly number[])[]) => matrix.map((row) => row.map(Math.abs));

/** m a m^T */
function sandwich(m: readonly (readonly number[])[], a: readonly (readonly number[])[]): number[][] {
  const left = m.map((row) => a[0]!.map((_, j) => row.reduce((sum, v, i) => sum + v * a[i]![j]!, 0)));
  return left.map((row) => m.map((coefficients) => coefficients.reduce((sum, v, j) => sum + v * row[j]!, 0)));
}

/** |m| of the magnitudes in a tile of every channel of an image, whose first pixel is (h, v); outside of it are zeros. */
function tilesAt(
  { shape: [, C = 1, H = 1, W = 1], data }: Tensor,
  n: number,
  h: number,
  v: number,
  m: readonly (readonly number[])[],
): number[][][] {
  const side = m[0]!.map((_, i) => i);
  const at = (c: number, row: number, column: number) =>
    row < 0 || row >= H || column < 0 || column >= W ? 0 : Math.abs(data[((n * C + c) * H + row) * W + column]!);
  return Array.from({ length: C }, (_, c) =>
    sandwich(
      m,
      side.map((i) => side.map((j) => at(c, h + i, v + j))),
    ),
  );
}

/**
 * For each output the sum of the magnitudes of everything that is added up on the way to it,
 *   |A^T| ( sum over c of |G||g||G^T| * |B^T||d||B| ) |A|,
 * which takes the place of sum|terms| in the bound of a sum: that is where the cancellation that Winograd pays with shows.
 * On the way a term passes two sums of 3 (filter), two over a row of B^T (input), one of C, and two over a row of A^T (output),
 * where zeros add nothing: for F(4x4) no row of B^T has more than 4 and none of A^T more than 5; for F(2x2) 2 and 3.
 */
export function winogradTerms(
  x: Tensor,
  w: Tensor,
  padding: readonly [number, number, number, number],
  form: FormName = 'winograd',
) {
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const [K = 1] = w.shape;
  const [top, left, bottom, right] = padding;
  const P = H + top + bottom - 2;
  const Q = W + left + right - 2;
  const terms = new Float64Array(N * K * P * Q);
  const { made, BT, G, AT } = forms[form];
  const [bt, g, at] = [absolute(BT), absolute(G), absolute(AT)];
  const filters = Array.from({ length: K * C }, (_, kc) =>
    sandwich(
      g,
      [0, 1, 2].map((r) => [0, 1, 2].map((s) => Math.abs(w.data[kc * 9 + r * 3 + s]!))),
    ),
  );
  const side = BT.map((_, i) => i);
  for (let n = 0; n < N; n++)
    for (let p = 0; p < P; p += made)
      for (let q = 0; q < Q; q += made) {
        const tiles = tilesAt(x, n, p - top, q - left, bt);
        for (let k = 0; k < K; k++) {
          const sums = side.map((i) =>
            side.map((j) => tiles.reduce((sum, v, c) => sum + v[i]![j]! * filters[k * C + c]![i]![j]!, 0)),
          );
          const y = sandwich(at, sums);
          for (let i = 0; i < made && p + i < P; i++)
            for (let j = 0; j < made && q + j < Q; j++) terms[((n * K + k) * P + p + i) * Q + q + j] = y[i]![j]!;
        }
      }
  return { terms, length: C + 2 * 3 + 2 * longest(BT) + 2 * longest(AT) };
}

const transposed = (matrix: readonly (readonly number[])[]) => matrix[0]!.map((_, j) => matrix.map((row) => row[j]!));

/** The same for the gradient of filters: |G^T| ( sum over tiles of |B^T||d||B| * |A||dy||A^T| ) |G|, [K,C,3,3]. */
export function winogradGradientTerms(x: Tensor, dy: Tensor, padding: readonly [number, number, ...number[]]) {
  const [N = 1, C = 1] = x.shape;
  const [, K = 1, P = 1, Q = 1] = dy.shape;
  const [top, left] = padding;
  const { made, BT, G, AT } = four;
  const [A, GT] = [transposed(AT), transposed(G)];
  const [bt, a, gt] = [absolute(BT), absolute(A), absolute(GT)];
  const side = BT.map((_, i) => i);
  const sums = Array.from({ length: K * C }, () => side.map(() => side.map(() => 0)));
  for (let n = 0; n < N; n++)
    for (let p = 0; p < P; p += made)
      for (let q = 0; q < Q; q += made) {
        const seen = tilesAt(x, n, p - top, q - left, bt);
        const given = tilesAt(dy, n, p, q, a);
        for (const [kc, sum] of sums.entries())
          for (const i of side)
            for (const j of side) sum[i]![j]! += given[Math.floor(kc / C)]![i]![j]! * seen[kc % C]![i]![j]!;
      }
  const terms = Float64Array.from(sums.flatMap((sum) => sandwich(gt, sum).flat()));
  const tiles = N * Math.ceil(P / made) * Math.ceil(Q / made);
  return { terms, length: tiles + 2 * longest(BT) + 2 * longest(A) + 2 * longest(GT) };
}
