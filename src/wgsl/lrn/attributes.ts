// The numbers of local response normalisation: its gradient has the same, and must not bring the operator along.

import * as z from 'zod/mini';
import { positive } from '../../runtime/whole_number.ts';

export const localResponseNormAttributes = z.object({
  /** Channels that are summed over. */
  size: positive,
  alpha: z._default(z.number().check(z.nonnegative()), 1e-4),
  beta: z._default(z.number(), 0.75),
  // Positive, so that the base of the power is.
  k: z._default(z.number().check(z.positive()), 1),
});
export type LocalResponseNormAttributes = z.infer<typeof localResponseNormAttributes>;
