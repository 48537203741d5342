// Targets of a batch, and mixup: pictures and targets mixed two by two.
//
// H. Zhang, M. Cisse, Y. Dauphin, D. Lopez-Paz: mixup: Beyond Empirical Risk Minimization, 2018. Pairs as in
// torchvision's references: every picture with the one before it in the batch, the first with the last, by one share.

import { exponential, logarithm } from '../weights/real_functions.ts';
import type { Draws } from './draws.ts';

/** [n, 1] class numbers. */
export function hardTargets(labels: readonly number[]): Float32Array<ArrayBuffer> {
  return Float32Array.from(labels);
}

/** [n, classes] probabilities of a batch whose pictures were mixed with `share` of their own; 1 is not at all. */
export function softTargets(labels: readonly number[], classes: number, share: number): Float32Array<ArrayBuffer> {
  const targets = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    const other = labels.at(i - 1)!;
    targets[i * classes + label]! += share;
    targets[i * classes + other]! += 1 - share;
  });
  return targets;
}

/** Mixes each of the batch's `count` pictures with the one before it. */
export function mix(images: Float32Array, count: number, share: number): void {
  const size = images.length / count;
  const last = images.slice((count - 1) * size);
  for (let i = count - 1; i >= 0; i--) {
    const other = i === 0 ? last : images.subarray((i - 1) * size, i * size);
    const start = i * size;
    for (let k = 0; k < size; k++) images[start + k] = share * images[start + k]! + (1 - share) * other[k]!;
  }
}

/**
 * A number of Beta(alpha, alpha). Below 1 by M. Jöhnk's method (1964), in logarithms so that small powers do not
 * vanish; from 1 on a uniform number is kept with the probability of its density over the greatest one, at 1/2: (4 x
 * (1 - x))^(alpha - 1).
 */
export function drawBeta(alpha: number, draws: Draws): number {
  for (;;) {
    const [u, v] = [draws.uniform([0, 1]), draws.uniform([0, 1])];
    if (alpha < 1) {
      const [x, y] = [logarithm(u) / alpha, logarithm(v) / alpha];
      const most = Math.max(x, y);
      const log = most + logarithm(exponentialOf(x - most) + exponentialOf(y - most)); // of the sum of the two powers
      if (log <= 0) return exponentialOf(x - log);
      continue;
    }
    if (logarithm(v) <= (alpha - 1) * logarithm(4 * u * (1 - u))) return u;
  }
}

function exponentialOf(x: number): number {
  return x < -700 ? 0 : exponential(x);
}
