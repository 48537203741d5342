// Squared distances in float64, written from the definition; imported by tests only.

import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';

/** x [n, I], w [O, I]. */
export function radialBasisReference(x: Tensor, w: Tensor): Reference {
  const [atX, atW] = [reader(x), reader(w)];
  const [N = 1, I = 1] = x.shape;
  const [O = 1] = w.shape;
  return reference([N, O], I, (n, o) => {
    let [y, rounding] = [0, 0];
    for (let i = 0; i < I; i++) {
      const away = atX(n, i) - atW(o, i);
      y += away ** 2;
      rounding += 2 * 2 ** -24 * away ** 2;
    }
    // The subtraction's rounding counts twice in the square; the bound of the sum has room for the product's.
    return { y, terms: y, granted: rounding };
  });
}
