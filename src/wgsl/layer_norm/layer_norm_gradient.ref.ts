// The gradients of layer norm in float64, from the definitions; imported by tests only.

import {
  DIVISION,
  type Element,
  INVERSE_SQRT,
  type Reference,
  ROUNDING,
  reader,
  reference,
  type Tensor,
} from '../shared/reference.ref.ts';

type Tensors<K extends string> = Readonly<Record<K, Tensor>>;

/** Mean and 1 / sqrt(variance + eps) of each pixel, with the errors that layer_norm.ref.ts derives. */
export function layerNormMomentsReference(x: Tensor, { eps }: { eps: number }): Reference {
  const [, C = 1] = x.shape;
  const at = reader(x);
  const summed = 4 * Math.sqrt(C) * ROUNDING + DIVISION;
  return reference(x.shape.with(1, 2), C, (n, moment, h, w): Element => {
    const values = Array.from({ length: C }, (_, c) => at(n, c, h, w));
    const mean = total(values) / C;
    const size = total(values.map(Math.abs)) / C;
    if (moment === 0) return { y: mean, terms: size, granted: DIVISION * size };
    const variance = total(values.map((value) => (value - mean) ** 2)) / C;
    const varianceError = variance * (summed + 3 * ROUNDING) + (size * summed) ** 2;
    const y = 1 / Math.sqrt(variance + eps);
    return { y, granted: y * ((0.5 * varianceError) / (variance + eps) + ROUNDING + INVERSE_SQRT) };
  });
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/**
 * dx = s (g - A / C - xn B / C) with g = dy weight, xn = (x - mean) s and the sums A and B of g and g xn over the pixel's channels.
 * Of the roundings, g has one, xn two, and each mean a division.
 */
export function layerNormGradientReference({
  x,
  dy,
  moments,
  weight,
}: Tensors<'x' | 'dy' | 'moments' | 'weight'>): Reference {
  const [, C = 1] = x.shape;
  const [at, upstream, of] = [reader(x), reader(dy), reader(moments)];
  return reference(x.shape, C, (n, c, h, w) => {
    const s = of(n, 1, h, w);
    const given = Array.from({ length: C }, (_, k) => upstream(n, k, h, w) * weight.data[k]!);
    const normal = Array.from({ length: C }, (_, k) => (at(n, k, h, w) - of(n, 0, h, w)) * s);
    const products = given.map((g, k) => g * normal[k]!);
    const mean = (values: readonly number[]) => total(values) / C;
    const y = s * (given[c]! - mean(given) - normal[c]! * mean(products));
    const [sizes, sizesOfProducts] = [mean(given.map(Math.abs)), mean(products.map(Math.abs))];
    const terms = s * (Math.abs(given[c]!) + sizes + Math.abs(normal[c]!) * sizesOfProducts);
    return { y, terms, granted: (DIVISION + 7 * ROUNDING) * terms };
  });
}

/** The sums of dy and of dy xn over all pixels. */
export function layerNormSumsReference({ x, dy, moments }: Tensors<'x' | 'dy' | 'moments'>): Reference {
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const [at, upstream, of] = [reader(x), reader(dy), reader(moments)];
  return reference([2, C], N * H * W, (row, c) => {
    const terms = Array.from({ length: N * H * W }, (_, i) => {
      const [n, h, w] = [Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W] as const;
      const normal = row === 0 ? 1 : (at(n, c, h, w) - of(n, 0, h, w)) * of(n, 1, h, w);
      return upstream(n, c, h, w) * normal;
    });
    const size = total(terms.map(Math.abs));
    return { y: total(terms), terms: size, granted: row === 0 ? 0 : 3 * ROUNDING * size };
  });
}

/** The rule's gradients as one: what the moments err by is passed on, to the first order, at its largest. */
export function layerNormChain(
  { x, dy, weight }: Tensors<'x' | 'dy' | 'weight'>,
  attributes: { eps: number },
): { readonly dx: Reference; readonly sums: Reference } {
  const [, C = 1, H = 1, W = 1] = x.shape;
  const made = layerNormMomentsReference(x, attributes);
  const moments = { shape: made.shape, data: made.y };
  const off = {
    shape: made.shape,
    data: made.terms.map((sum, i) => 4 * Math.sqrt(C) * ROUNDING * sum + made.granted[i]!),
  };
  const [at, upstream, of, errors] = [reader(x), reader(dy), reader(moments), reader(off)];
  const normal = (n: number, c: number, h: number, w: number) => {
    const s = of(n, 1, h, w);
    const sOff = errors(n, 1, h, w) / s;
    const value = (at(n, c, h, w) - of(n, 0, h, w)) * s;
    return { value, sOff, off: errors(n, 0, h, w) * s + Math.abs(value) * sOff };
  };
  const gradient = layerNormGradientReference({ x, dy, moments, weight });
  const passed = reference(x.shape, 1, (n, c, h, w) => {
    const own = normal(n, c, h, w);
    const all = Array.from({ length: C }, (_, k) => ({
      g: upstream(n, k, h, w) * weight.data[k]!,
      ...normal(n, k, h, w),
    }));
    const product = Math.abs(total(all.map(({ g, value }) => g * value))) / C;
    const productOff = total(all.map(({ g, off: error }) => Math.abs(g) * error)) / C;
    return { y: of(n, 1, h, w) * (own.off * product + Math.abs(own.value) * productOff), terms: own.sOff };
  });
  const sums = layerNormSumsReference({ x, dy, moments });
  const sumsPassed = new Float64Array(2 * C);
  for (const [i, d] of Array.from(dy.data).entries()) {
    const [n, c, h, w] = [
      Math.floor(i / (C * H * W)),
      Math.floor(i / (H * W)) % C,
      Math.floor(i / W) % H,
      i % W,
    ] as const;
    sumsPassed[C + c]! += Math.abs(d) * normal(n, c, h, w).off;
  }
  return {
    dx: {
      ...gradient,
      granted: gradient.granted.map((own, i) => own + passed.y[i]! + passed.terms[i]! * gradient.terms[i]!),
    },
    sums: { ...sums, granted: sums.granted.map((own, i) => own + sumsPassed[i]!) },
  };
}
