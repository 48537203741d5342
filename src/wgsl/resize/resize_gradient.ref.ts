// Resizing transposed, in float64, written from the definition of resizing; imported by tests only.

import { DIVISION, type Reference, ROUNDING, reader, reference, type Tensor } from '../shared/reference.ref.ts';
import { taps, WEIGHT_ERROR } from './resize.ref.ts';
import type { ResizeGradientAttributes } from './resize_gradient.ts';

interface Share {
  readonly of: number;
  readonly share: number;
  readonly error: number;
}

/** For each of `from` pixels, the pixels that it counts for and how much. */
function sharesOf(from: number, to: number, attributes: ResizeGradientAttributes): Share[][] {
  const shares: Share[][] = Array.from({ length: from }, () => []);
  const off = WEIGHT_ERROR[attributes.mode];
  for (let o = 0; o < to; o++) {
    const list = taps(o, from, to, attributes);
    const all = list.reduce((sum, { weight }) => sum + weight, 0);
    const size = list.reduce((sum, { weight }) => sum + Math.abs(weight), 0);
    // Errors of the weights themselves, and of adding them up.
    const added = (count: number, sum: number) => count * off + 4 * Math.sqrt(count) * ROUNDING * sum;
    for (const at of new Set(list.map((tap) => tap.at))) {
      const own = list.filter((tap) => tap.at === at);
      const share = own.reduce((sum, { weight }) => sum + weight, 0) / all;
      const sizeOfOwn = own.reduce((sum, { weight }) => sum + Math.abs(weight), 0);
      const error = added(own.length, sizeOfOwn) / all + Math.abs(share) * (added(list.length, size) / all + DIVISION);
      shares[at]!.push({ of: o, share, error });
    }
  }
  return shares;
}

export function resizeGradientReference(dy: Tensor, attributes: ResizeGradientAttributes): Reference {
  const [N = 1, C = 1, P = 1, Q = 1] = dy.shape;
  const [H, W] = attributes.size;
  const at = reader(dy);
  const lines = sharesOf(H, P, attributes);
  const columns = sharesOf(W, Q, attributes);
  const most = (lists: readonly Share[][]) => Math.max(1, ...lists.map(({ length }) => length));
  return reference([N, C, H, W], most(lines) * most(columns) + 1, (n, c, h, w) => {
    let [y, terms, granted] = [0, 0, 0];
    for (const line of lines[h]!)
      for (const column of columns[w]!) {
        const value = at(n, c, line.of, column.of);
        y += line.share * column.share * value;
        terms += Math.abs(line.share * column.share * value);
        granted += (Math.abs(line.share) * column.error + Math.abs(column.share) * line.error) * Math.abs(value);
      }
    return { y, terms, granted };
  });
}
