// Layer norm over channels in float64, written from the definition; imported by tests only.

import {
  DIVISION,
  INVERSE_SQRT,
  type Reference,
  ROUNDING,
  reader,
  reference,
  type Tensor,
} from '../shared/reference.ref.ts';
import type { LayerNormAttributes } from './layer_norm.ts';

export interface LayerNormTensors {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/**
 * With d = x - mean, y = d s weight + bias. The mean errs by its sum's bound, and d with it; the differences add up to zero, so the
 * variance feels that error squared only, beside its own sum's bound, all of whose terms are positive. s errs by half the
 * relative error of variance + eps.
 */
export function layerNormReference({ x, weight, bias }: LayerNormTensors, { eps }: LayerNormAttributes): Reference {
  const [, C = 1] = x.shape;
  const at = reader(x);
  const own = (f: (v: number) => number, n: number, h: number, w: number) => {
    let sum = 0;
    for (let c = 0; c < C; c++) sum += f(at(n, c, h, w));
    return sum / C;
  };
  const summed = 4 * Math.sqrt(C) * ROUNDING + DIVISION;
  return reference(x.shape, 1, (n, c, h, w) => {
    const mean = own((v) => v, n, h, w);
    const meanError = own(Math.abs, n, h, w) * summed;
    const variance = own((v) => (v - mean) ** 2, n, h, w);
    // A difference errs by its own rounding too, and its square by twice that and one.
    const varianceError = variance * (summed + 3 * ROUNDING) + meanError ** 2;
    const s = 1 / Math.sqrt(variance + eps);
    const sError = (0.5 * varianceError) / (variance + eps) + 0.5 * 2 * ROUNDING + INVERSE_SQRT;
    const scaled = (at(n, c, h, w) - mean) * s * weight.data[c]!;
    return {
      y: scaled + bias.data[c]!,
      terms: Math.abs(scaled) + Math.abs(bias.data[c]!),
      granted: Math.abs(s * weight.data[c]!) * meanError + Math.abs(scaled) * sError,
    };
  });
}
