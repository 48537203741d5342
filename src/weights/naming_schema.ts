// The rules of rename.ts as a weights entry may hold them.
//
// Tuples, records and discriminated unions of zod's would each be half a kilobyte in every page: `custom` says what is meant.

import * as z from 'zod/mini';

const pattern = z.custom<string>(isPattern, 'must be a regular expression');

function isPattern(text: unknown): boolean {
  try {
    return typeof text === 'string' && Boolean(new RegExp(text, 'u'));
  } catch {
    return false;
  }
}

/** A regular expression and what takes the place of what it finds. */
function rule<To>(what: string, right: (to: unknown) => boolean) {
  const is = (given: unknown) => Array.isArray(given) && given.length === 2 && isPattern(given[0]) && right(given[1]);
  return z.custom<[string, To]>(is, `must be a regular expression and ${what}`);
}

const isShape = (to: unknown) => Array.isArray(to) && to.every((dim) => Number.isInteger(dim) && dim >= -1);

/** The fields of a source that say how its names become the model's; `Naming` says what they mean. */
export const namingFields = {
  drop: z.optional(z.array(pattern)),
  rename: z.optional(z.array(rule<string>('a text', (to) => typeof to === 'string'))),
  reshape: z.optional(z.array(rule<number[]>('a shape', isShape))),
};
