// Attributes of a call, checked against an operator's schema, with errors that say what was expected and what came.

import * as z from 'zod/mini';
import { GraphError } from '../runtime/errors.ts';
import type { Attributes } from '../runtime/graph/value.ts';
import { schemaIssue } from '../runtime/schema_issue.ts';

interface Wholes {
  readonly 2: [number, number];
  readonly 3: [number, number, number];
  readonly 4: [number, number, number, number];
}

/** So many whole numbers, each `least` or more. zod's own tuples would be half a kilobyte in every page. */
export function wholes<Count extends keyof Wholes>(count: Count, least = Number.NEGATIVE_INFINITY) {
  const right = (given: unknown) =>
    Array.isArray(given) && given.length === count && given.every((n) => Number.isSafeInteger(n) && n >= least);
  const what = Number.isFinite(least) ? ` of ${least} or more` : '';
  return z.custom<Wholes[Count]>(right, `must be ${count} whole numbers${what}`);
}

/** The attributes with defaults filled in. `node` (`conv2d(conv1)`) begins the text of the GraphError 'invalid_attribute'. */
export function readAttributes<S extends z.ZodMiniType<Attributes>>(
  schema: S,
  given: unknown,
  node: string,
): z.infer<S> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const { field, must, is } = schemaIssue(parsed.error, given);
    const what = field === '' ? 'attributes' : `attribute ${field}`;
    throw new GraphError('invalid_attribute', `${node}: ${what} ${must}${is === null ? '' : ` and is ${is}`}`);
  }
  // A misspelt attribute would otherwise be a default silently used in its place.
  const unknown = Object.entries(given ?? {}).find(([key, value]) => value !== undefined && !(key in parsed.data));
  if (unknown) throw new GraphError('invalid_attribute', `${node}: there is no attribute ${unknown[0]}`);
  return parsed.data;
}
