// The gradient of the mean squared error.

import { pairLossGradient } from '../shared/pair_loss.ts';
import slope from './mean_squared_error_slope.wgsl';

/** x and target [n, C] or [n, C, H, W], dy [1] -> x's shape. */
export const meanSquaredErrorGradient = pairLossGradient('mean_squared_error_gradient', slope);
