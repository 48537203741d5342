// Distillation and its gradient in float64, written from the definition; imported by tests only.

import {
  DIVISION,
  logError,
  type Reference,
  ROUNDING,
  reader,
  reference,
  type Tensor,
  ulp,
} from '../shared/reference.ref.ts';
import { exponentials } from '../softmax/softmax.ref.ts';
import type { KlDistillationAttributes } from './kl_distillation.ts';

export interface DistillationTensors {
  /** The student's logits, and the teacher's. */
  readonly x: Tensor;
  readonly target: Tensor;
}

/** Softmax of logits divided by the temperature. Dividing errs by 2.5 ULP of what is then the exponent. */
function tempered({ shape, data }: Tensor, n: number, temperature: number) {
  const C = shape[1]!;
  const logits = Array.from({ length: C }, (_, c) => data[n * C + c]! / temperature);
  const made = exponentials(logits);
  const below = logits.map((value) => value - made.top);
  const dividing = below.map((value) => Math.abs(value) * DIVISION);
  const shares = made.parts.map((part) => part / made.sum);
  const mean = shares.reduce((sum, share, c) => sum + share * dividing[c]!, 0);
  const sumError = made.sumError + mean;
  const log = Math.log(made.sum);
  return {
    below,
    /** Absolute. */
    belowErrors: below.map((value, c) => dividing[c]! + ROUNDING * Math.abs(value)),
    log,
    logError: sumError + logError(made.sum, log),
    shares,
    /** Relative. */
    errors: made.errors.map((error, c) => (shares[c] === 0 ? 0 : error + dividing[c]! + sumError + DIVISION)),
  };
}

/** T^2 sum(q (log q - log p)) for each image. */
export function klDistillationReference(
  { x, target }: DistillationTensors,
  { temperature, reduction }: KlDistillationAttributes,
): Reference {
  const [N = 1, C = 1] = x.shape;
  const images = Array.from({ length: N }, (_, n) => {
    const p = tempered(x, n, temperature);
    const q = tempered(target, n, temperature);
    const sums = { y: 0, terms: 0, granted: 0 };
    for (const [c, share] of q.shares.entries()) {
      const ratio = q.below[c]! - q.log - (p.below[c]! - p.log);
      const size = Math.abs(q.below[c]!) + q.log + Math.abs(p.below[c]!) + p.log;
      const error = q.belowErrors[c]! + p.belowErrors[c]! + q.logError + p.logError;
      sums.y += share * ratio;
      sums.terms += share * size;
      // Three roundings of the ratio, its product, and two more for the square of the temperature.
      sums.granted += share * (q.errors[c]! * Math.abs(ratio) + error) + 6 * ROUNDING * share * size;
    }
    return sums;
  });
  const factor = temperature ** 2 / (reduction === 'mean' ? N : 1);
  const over = (of: (image: (typeof images)[number]) => number) =>
    factor * images.reduce((sum, image) => sum + of(image), 0);
  return reference([1], C + N, () => {
    const y = over((image) => image.y);
    const terms = over((image) => image.terms);
    return { y, terms, granted: over((image) => image.granted) + Math.abs(y) * DIVISION };
  });
}

/** T (p - q), times the upstream gradient. */
export function klDistillationGradientReference(
  { x, target, dy }: DistillationTensors & { readonly dy: Tensor },
  { temperature, reduction }: KlDistillationAttributes,
): Reference {
  const [N = 1, C = 1] = x.shape;
  const scale = (temperature * dy.data[0]!) / (reduction === 'mean' ? N : 1);
  const images = Array.from({ length: N }, (_, n) => ({
    p: tempered(x, n, temperature),
    q: tempered(target, n, temperature),
  }));
  const at = reader({
    shape: [N, C],
    data: images.flatMap(({ p, q }) => p.shares.map((share, c) => share - q.shares[c]!)),
  });
  return reference([N, C], 2, (n, c) => {
    const { p, q } = images[n]!;
    const terms = Math.abs(scale) * (p.shares[c]! + q.shares[c]!);
    const errors = p.shares[c]! * p.errors[c]! + q.shares[c]! * q.errors[c]!;
    return {
      y: scale * at(n, c),
      terms,
      granted: Math.abs(scale) * (errors + 2 * ulp(0)) + terms * (DIVISION + ROUNDING) + ulp(0),
    };
  });
}
