// Layer norm's gradients (Ba, Kiros, Hinton 2016): mean and variance move with x.

import type { GradientRule } from '../gradients.ts';
import { row } from '../reduce/row.ts';
import { layerNormGradient } from './layer_norm_gradient.ts';
import { layerNormMoments } from './layer_norm_moments.ts';
import { layerNormSums } from './layer_norm_sums.ts';

export const layerNormRule: GradientRule = ({ name, inputs, attributes }, dy) => {
  const { x, weight } = inputs;
  const moments = layerNormMoments.of({ x }, { eps: Number(attributes.eps) }, name);
  const sums = layerNormSums.of({ x, dy, moments }, {}, name);
  return {
    x: layerNormGradient.of({ x, dy, moments, weight }, {}, name),
    weight: row.of({ x: sums }, { row: 1 }, name),
    bias: row.of({ x: sums }, { row: 0 }, name),
  };
};
