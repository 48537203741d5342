// Binary cross-entropy of the logistic function: several labels may be right at once.

import { pairLoss } from '../shared/pair_loss.ts';
import term from './bce_with_logits_term.wgsl';

/** x and target [n, C] or [n, C, H, W] -> [1]. */
export const bceWithLogits = pairLoss('bce_with_logits', term);
