// What squared distances pass back, in float64, written from the derivative; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';

/** A difference's and a product's rounding for each term: the bound of the sum has room for both. */
function sum(count: number, term: (i: number) => number): { y: number; terms: number } {
  let [y, terms] = [0, 0];
  for (let i = 0; i < count; i++) {
    y += term(i);
    terms += Math.abs(term(i));
  }
  return { y, terms };
}

/** x [n, I], w [O, I], dy [n, O] -> dx. */
export function radialBasisGradientReference(x: Tensor, w: Tensor, dy: Tensor): Reference {
  const [atX, atW, up] = [reader(x), reader(w), reader(dy)];
  const [O = 1] = w.shape;
  return reference(x.shape, O, (n, i) => sum(O, (o) => 2 * up(n, o) * (atX(n, i) - atW(o, i))));
}

/** The same -> dw. */
export function radialBasisGradientCentresReference(x: Tensor, w: Tensor, dy: Tensor): Reference {
  const [atX, atW, up] = [reader(x), reader(w), reader(dy)];
  const [N = 1] = x.shape;
  return reference(w.shape, N, (o, i) => sum(N, (n) => 2 * up(n, o) * (atW(o, i) - atX(n, i))));
}
