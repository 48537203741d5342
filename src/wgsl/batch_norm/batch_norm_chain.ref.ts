// A batch norm while it learns and its gradients as one, in float64: what rounding one operator passes on to the next is granted there.

import { type Reference, reader, type Tensor } from '../shared/reference.ref.ts';
import {
  batchNormGradientReference,
  batchNormSumsReference,
  batchNormTrainReference,
  batchStatisticsReference,
} from './batch_norm_train.ref.ts';

export interface BatchNormChain {
  readonly statistics: Reference;
  readonly y: Reference;
  readonly dx: Reference;
  /** Rows [2, C]: the gradients of the bias and of the weight. */
  readonly sums: Reference;
}

const tensor = ({ shape, y }: Reference): Tensor => ({ shape, data: y });
const errors = ({ terms, length, granted }: Reference) =>
  terms.map((sum, i) => 4 * Math.sqrt(length) * 2 ** -24 * sum + granted[i]!);

/**
 * To the first order, m and v being mean and variance, s = 1 / sqrt(v + eps), xn = (x - m) s: ds / s = dv s^2 / 2 and dxn = dm s + xn
 * ds / s. Each is taken at its largest.
 */
export function batchNormChain(
  tensors: Readonly<Record<'x' | 'dy' | 'weight' | 'bias', Tensor>>,
  attributes: { eps: number },
): BatchNormChain {
  const { x, dy, weight } = tensors;
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const area = H * W;
  const count = N * area;
  const statistics = batchStatisticsReference(x);
  const off = errors(statistics);
  const known = { ...tensors, statistics: tensor(statistics) };
  const s = Array.from({ length: C }, (_, c) => 1 / Math.sqrt(statistics.y[C + c]! + attributes.eps));
  const sOff = s.map((value, c) => (off[C + c]! * value ** 2) / 2);
  const [at, upstream] = [reader(x), reader(dy)];
  const places = Array.from({ length: N * C * area }, (_, i) => {
    const [n, c, h, w] = [Math.floor(i / (C * area)), Math.floor(i / area) % C, Math.floor(i / W) % H, i % W] as const;
    const normal = (at(n, c, h, w) - statistics.y[c]!) * s[c]!;
    return { c, normal, normalOff: off[c]! * s[c]! + Math.abs(normal) * sOff[c]!, d: upstream(n, c, h, w) };
  });

  const exactSums = batchNormSumsReference(known, attributes);
  const passed = new Float64Array(2 * C);
  for (const { c, normalOff, d } of places) passed[C + c]! += Math.abs(d) * normalOff;
  const sums = more(exactSums, passed);
  const sumsOff = errors(sums);

  const exactDx = batchNormGradientReference({ ...known, sums: tensor(sums) }, attributes);
  const dxOff = places.map(({ c, normal, normalOff }, i) => {
    const product = Math.abs(sums.y[C + c]!) / count;
    const summed = sumsOff[c]! + Math.abs(normal) * sumsOff[C + c]!;
    return sOff[c]! * exactDx.terms[i]! + Math.abs(weight.data[c]! * s[c]!) * (product * normalOff + summed / count);
  });
  const yOff = places.map(({ c, normalOff }) => Math.abs(weight.data[c]!) * normalOff);
  return { statistics, y: more(batchNormTrainReference(known, attributes), yOff), dx: more(exactDx, dxOff), sums };
}

function more(reference: Reference, granted: ArrayLike<number>): Reference {
  return { ...reference, granted: reference.granted.map((own, i) => own + granted[i]!) };
}
