// Batch normalisation with running statistics in float64, written from the definition; imported by tests only.

import { DIVISION, type Reference, ROUNDING, reader, reference, SQRT, type Tensor } from '../shared/reference.ref.ts';

export interface BatchNormTensors {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly running_mean: Tensor;
  readonly running_var: Tensor;
}

/**
 * y = (x - mean) * (gamma / sqrt(variance + eps)) + beta. Beside the sum's own error: half of what rounding eps and the
 * variance's sum gives, the root, the division, and one rounding each for the difference and the product.
 */
export function batchNormReference(tensors: BatchNormTensors, { eps }: { eps: number }): Reference {
  const { x, weight, bias, running_mean, running_var } = tensors;
  return reference(x.shape, 3, (n, c, h, w) => {
    const [gamma, beta, mean, variance] = [weight, bias, running_mean, running_var].map(({ data }) => data[c]!);
    const scale = gamma! / Math.sqrt(variance! + eps);
    const value = reader(x)(n, c, h, w);
    const scaled = (value - mean!) * scale;
    const terms = Math.abs(value * scale) + Math.abs(mean! * scale) + Math.abs(beta!);
    return { y: scaled + beta!, terms, granted: Math.abs(scaled) * (SQRT + DIVISION + 3 * ROUNDING) };
  });
}
