// The gradient of binary cross-entropy.

import { pairLossGradient } from '../shared/pair_loss.ts';
import slope from './bce_with_logits_slope.wgsl';

/** x and target [n, C] or [n, C, H, W], dy [1] -> x's shape. */
export const bceWithLogitsGradient = pairLossGradient('bce_with_logits_gradient', slope);
