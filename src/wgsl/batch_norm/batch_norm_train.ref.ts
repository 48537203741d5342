// Batch norm while it learns, and its gradients, in float64 from the definitions; imported by tests only.

import { rowReference } from '../reduce/row.ref.ts';
import {
  DIVISION,
  INVERSE_SQRT,
  type Reference,
  ROUNDING,
  reader,
  reference,
  type Tensor,
} from '../shared/reference.ref.ts';
import { batchNormReference } from './batch_norm.ref.ts';

type Tensors<K extends string> = Readonly<Record<K, Tensor>>;

/** All numbers of a channel. */
function channel({ shape, data }: Tensor, c: number): number[] {
  const [N = 1, C = 1, H = 1, W = 1] = shape;
  const area = H * W;
  return Array.from({ length: N * area }, (_, i) => data[(Math.floor(i / area) * C + c) * area + (i % area)]!);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Rows [2, C]: a reference's first row and its second. */
function rows(
  channels: number,
  length: number,
  element: (row: number, c: number) => ReturnType<Parameters<typeof reference>[2]>,
) {
  return reference([2, channels], length, element);
}

/**
 * Mean and biased variance. A mean of n numbers errs by the bound of its sum; each of the two divisions on the way to it is granted.
 * M2 is put together from chunks, whose means m_i err by e_i: a chunk's own squares feel e_i^2 only, but the chunks' n_i (m_i - m)^2
 * feel 2 n_i |m_i - m| e_i. With e_i in proportion to the root of the chunk's mean square, Cauchy's inequality makes of their sum
 * at most 2 sqrt(variance) e, e being that of the whole.
 */
export function batchStatisticsReference(x: Tensor): Reference {
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const count = N * H * W;
  const relative = 4 * Math.sqrt(count) * ROUNDING + 2 * DIVISION;
  return rows(C, count, (row, c) => {
    const values = channel(x, c);
    const mean = sum(values) / count;
    const size = sum(values.map(Math.abs)) / count;
    if (row === 0) return { y: mean, terms: size, granted: 2 * DIVISION * size };
    const variance = sum(values.map((value) => (value - mean) ** 2)) / count;
    const error = relative * Math.sqrt(sum(values.map((value) => value ** 2)) / count);
    return {
      y: variance,
      terms: variance,
      granted: 2 * DIVISION * variance + 2 * Math.sqrt(variance) * error + error ** 2,
    };
  });
}

/** What batch_norm does with the running statistics, done with the batch's. */
export function batchNormTrainReference(
  { x, statistics, weight, bias }: Tensors<'x' | 'statistics' | 'weight' | 'bias'>,
  attributes: { eps: number },
): Reference {
  const [running_mean, running_var] = [0, 1].map((row) => rowReference(statistics, { row }));
  const as = ({ shape, y }: Reference): Tensor => ({ shape, data: y });
  return batchNormReference(
    { x, weight, bias, running_mean: as(running_mean!), running_var: as(running_var!) },
    attributes,
  );
}

/** 1 / sqrt(variance + eps): half of what rounding eps and the sum gives, and the root. */
const INVERSE = INVERSE_SQRT + ROUNDING;

/** The sums of dy and of dy * xn, xn being x normalised. A term of the latter has three roundings: difference, product, scale. */
export function batchNormSumsReference(
  { x, dy, statistics }: Tensors<'x' | 'dy' | 'statistics'>,
  { eps }: { eps: number },
): Reference {
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  return rows(C, N * H * W, (row, c) => {
    const s = 1 / Math.sqrt(statistics.data[C + c]! + eps);
    const values = channel(x, c);
    const products = channel(dy, c).map((d, i) => (row === 0 ? d : d * (values[i]! - statistics.data[c]!) * s));
    const terms = sum(products.map(Math.abs));
    return { y: sum(products), terms, granted: row === 0 ? 0 : (INVERSE + 3 * ROUNDING) * terms };
  });
}

/**
 * dx = weight s (dy - A / n - xn B / n), with the sums A and B of dy and dy xn. s is in the factor, and twice in the last term, whose
 * division, difference and products are rounded too.
 */
export function batchNormGradientReference(
  { x, dy, statistics, sums, weight }: Tensors<'x' | 'dy' | 'statistics' | 'sums' | 'weight'>,
  { eps }: { eps: number },
): Reference {
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const count = N * H * W;
  const [at, upstream] = [reader(x), reader(dy)];
  return reference(x.shape, 3, (n, c, h, w) => {
    const s = 1 / Math.sqrt(statistics.data[C + c]! + eps);
    const scale = weight.data[c]! * s;
    const mean = (scale * sums.data[c]!) / count;
    const moved = scale * (at(n, c, h, w) - statistics.data[c]!) * s * (sums.data[C + c]! / count);
    const given = scale * upstream(n, c, h, w);
    const terms = Math.abs(given) + Math.abs(mean) + Math.abs(moved);
    const granted =
      (INVERSE + 2 * ROUNDING) * terms +
      DIVISION * Math.abs(mean) +
      (DIVISION + 2 * INVERSE + 4 * ROUNDING) * Math.abs(moved);
    return { y: given - mean - moved, terms, granted };
  });
}

/** dx = dy weight / sqrt(variance + eps). */
export function batchNormEvalGradientReference(
  { dy, weight, running_var }: Tensors<'dy' | 'weight' | 'running_var'>,
  { eps }: { eps: number },
): Reference {
  return reference(dy.shape, 1, (n, c, h, w) => {
    const y = (reader(dy)(n, c, h, w) * weight.data[c]!) / Math.sqrt(running_var.data[c]! + eps);
    return { y, terms: Math.abs(y), granted: INVERSE * Math.abs(y) };
  });
}

/** What torch leaves in running_mean and in running_var, the unbiased variance being the batch's times count / (count - 1). */
export function runningStatisticsReference(
  { running_mean, running_var, statistics }: Tensors<'running_mean' | 'running_var' | 'statistics'>,
  { momentum, count }: { momentum: number; count: number },
): { readonly running_mean: Reference; readonly running_var: Reference } {
  const C = running_mean.data.length;
  const moved = (old: Tensor, row: number, correction: number) =>
    reference([C], 4, (c) => {
      const [kept, learnt] = [(1 - momentum) * old.data[c]!, momentum * correction * statistics.data[row * C + c]!];
      return { y: kept + learnt, terms: Math.abs(kept) + Math.abs(learnt) };
    });
  return { running_mean: moved(running_mean, 0, 1), running_var: moved(running_var, 1, count / (count - 1)) };
}
