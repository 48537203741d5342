// Options of optimizers and schedules, checked against a schema, with errors that say what was expected and what came.

import type * as z from 'zod/mini';
import { UsageError } from '../runtime/errors.ts';
import { schemaIssue } from '../runtime/schema_issue.ts';

/** With defaults filled in. Throws UsageError 'invalid_argument', whose text begins with `name`. */
export function readOptions<S extends z.ZodMiniType>(name: string, schema: S, options: unknown): z.infer<S> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const place = issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
    throw wrong(name, `${place}there is no option ${issue.keys[0]}`);
  }
  const { field, must, is } = schemaIssue(parsed.error, options);
  throw wrong(name, `${field === '' ? 'options' : field} ${must}${is === null ? '' : ` and is ${is}`}`);
}

export function wrong(name: string, what: string): UsageError {
  return new UsageError('invalid_argument', `${name}: ${what}`);
}
