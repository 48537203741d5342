// How a weighted sum is differentiated: each scalar's gradient is the sum's times its weight.

import type { GradientRule } from '../gradients.ts';
import { weightedSum } from './weighted_sum.ts';

export const weightedSumRule: GradientRule = ({ attributes, name }, dy, wanted) => {
  const weights = attributes.weights as readonly number[];
  const of = (i: number) => weightedSum.of({ 0: dy }, { weights: [weights[i]!] }, name);
  return Object.fromEntries([...weights.keys()].filter((i) => wanted.has(`${i}`)).map((i) => [i, of(i)]));
};
