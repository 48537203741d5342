// Whole numbers in schemas, in words of our own: zod's would be a third of a kilobyte more in every page.

import * as z from 'zod/mini';

/** From `least` to `most`, these included. */
export function whole(least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY) {
  const right = (given: unknown) => Number.isSafeInteger(given) && Number(given) >= least && Number(given) <= most;
  const from = Number.isFinite(least) ? ` of ${least} or more` : '';
  return z.custom<number>(right, `must be a whole number${Number.isFinite(most) ? ` from ${least} to ${most}` : from}`);
}

export const positive = whole(1);
