// Options of optimizers and schedules, checked against a schema, with errors that say what was expected and what came.

import * as z from 'zod/mini';
import { UsageError } from '../runtime/errors.ts';
import { schemaIssue } from '../runtime/schema_issue.ts';

export const share = z.number().check(z.gte(0), z.lte(1));
export const positiveShare = z.number().check(z.positive(), z.lte(1));

/** With defaults filled in. Throws UsageError 'invalid_argument', whose text begins with `name`. */
export function readOptions<S extends z.ZodMiniType>(name: string, schema: S, options: unknown): z.infer<S> {
  const parsed = schema.safeParse(options);
  if (!parsed.success) {
    const { field, must, is } = schemaIssue(parsed.error, options);
    throw wrong(name, `${field === '' ? 'options' : field} ${must}${is === null ? '' : ` and is ${is}`}`);
  }
  const unknown = unknownKey(options, parsed.data, []);
  if (unknown) throw wrong(name, unknown);
  return parsed.data;
}

/** A misspelt option would otherwise be a default silently used in its place. Strict schemas would do, and cost every page a kilobyte. */
function unknownKey(given: unknown, parsed: unknown, path: readonly string[]): string | null {
  if (typeof given !== 'object' || given === null) return null;
  for (const [key, value] of Object.entries(given)) {
    const place = path.length > 0 ? `${path.join('.')}: ` : '';
    const read = parsed as Readonly<Record<string, unknown>>;
    if (value !== undefined && !(key in read)) return `${place}there is no option ${key}`;
    const inner = unknownKey(value, read[key], [...path, key]);
    if (inner) return inner;
  }
  return null;
}

export function wrong(name: string, what: string): UsageError {
  return new UsageError('invalid_argument', `${name}: ${what}`);
}
