// Adam with its weight decay in the gradient, and AdamW with it in the weight (torch.optim.Adam and AdamW).

import * as z from 'zod/mini';
import adamText from './adam.wgsl';
import amsgradText from './adam_amsgrad.wgsl';
import plainText from './adam_plain.wgsl';
import { defineUpdate, updateAttributes } from './update.ts';

const beta = (standard: number) => z._default(z.number().check(z.gte(0), z.lt(1)), standard);

function define(name: string, decoupled: boolean) {
  return defineUpdate({
    name,
    attributes: z.object({
      ...updateAttributes,
      beta1: beta(0.9),
      beta2: beta(0.999),
      eps: z._default(z.number().check(z.gte(0)), 1e-8),
    }),
    states: ['exp_avg', 'exp_avg_sq', 'max_exp_avg_sq?'],
    kernel: ({ inputs, attributes: { beta1, beta2, eps } }) => ({
      sources: [adamText, inputs.max_exp_avg_sq ? amsgradText : plainText],
      uniforms: { beta1, fresh1: 1 - beta1, beta2, fresh2: 1 - beta2, eps, decoupled: decoupled ? 1 : 0 },
    }),
  });
}

/**
 * w, g, exp_avg, exp_avg_sq, max_exp_avg_sq for AMSGrad, step [8] with the corrections 1 - beta1^t and 1 - beta2^t, control [4]
 * -> w.
 */
export const adam = define('adam', false);
export const adamw = define('adamw', true);
