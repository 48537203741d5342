// The mean, or the sum, of squared differences.

import { pairLoss } from '../shared/pair_loss.ts';
import term from './mean_squared_error_term.wgsl';

/** x and target [n, C] or [n, C, H, W] -> [1]. */
export const meanSquaredError = pairLoss('mean_squared_error', term);
