// Attributes of a call, checked against an operator's schema, with errors that say what was expected and what came.

import type * as z from 'zod/mini';
import { GraphError } from '../runtime/errors.ts';
import type { Attributes } from '../runtime/graph/value.ts';

/** The attributes with defaults filled in. `node` (`conv2d(conv1)`) begins the text of the GraphError 'invalid_attribute'. */
export function readAttributes<S extends z.ZodMiniType<Attributes>>(
  schema: S,
  given: unknown,
  node: string,
): z.infer<S> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path ?? [];
    const came = path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)[key], given);
    const what = path.length > 0 ? `attribute ${path.join('.')}` : 'attributes';
    throw new GraphError('invalid_attribute', `${node}: ${what} must ${expected(issue)} and is ${shown(came)}`);
  }
  // A misspelt attribute would otherwise be a default silently used in its place.
  const unknown = Object.entries(given ?? {}).find(([key, value]) => value !== undefined && !(key in parsed.data));
  if (unknown) throw new GraphError('invalid_attribute', `${node}: there is no attribute ${unknown[0]}`);
  return parsed.data;
}

// zod/mini carries no texts of its own, only what it found.
function expected(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'invalid_type':
      return `be of type ${issue.expected}`;
    case 'too_small':
      if (issue.origin === 'array') return `have at least ${issue.minimum} elements`;
      return `be ${issue.inclusive ? '>=' : '>'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'array') return `have at most ${issue.maximum} elements`;
      return `be ${issue.inclusive ? '<=' : '<'} ${issue.maximum}`;
    case 'invalid_value':
      return `be one of ${issue.values.join(', ')}`;
    default:
      return `be valid (${issue?.message})`;
  }
}

function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(',')}]` : String(value);
}
