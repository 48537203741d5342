// The rules of rename.ts as a weights entry may hold them.

import * as z from 'zod/mini';

const pattern = z.string('must be a regular expression').check(
  z.refine(
    (text) => {
      try {
        return Boolean(new RegExp(text, 'u'));
      } catch {
        return false;
      }
    },
    { error: 'must be a regular expression' },
  ),
);

/** The fields of a source that say how its names become the model's; `Naming` says what they mean. */
export const namingFields = {
  drop: z.optional(z.array(pattern)),
  rename: z.optional(z.array(z.tuple([pattern, z.string()]))),
  reshape: z.optional(z.array(z.tuple([pattern, z.array(z.int().check(z.gte(-1)))]))),
};
