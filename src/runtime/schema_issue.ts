// What a schema found wrong, in words, for every place that reads data of others: zod/mini carries no texts of its own.

import type * as z from 'zod/mini';

/** `weights[0].file` must be text, and is 3. */
export interface SchemaIssue {
  /** `weights[0].file`; empty for the value as a whole. */
  readonly field: string;
  /** Begins with `must`. */
  readonly must: string;
  /** What is there, short and in one line; null where it is no plain value. */
  readonly is: string | null;
}

/** The first thing that is wrong with `value`. A text that the schema brings along is used as it is. */
export function schemaIssue(error: z.core.$ZodError, value: unknown): SchemaIssue {
  const issue = furthest(error.issues[0]);
  const path = issue?.path ?? [];
  const came = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  return { field: fieldOf(path), must: expectation(issue), is: shown(came) };
}

/**
 * Of alternatives that a literal tells apart (`kind`), what is wrong with the one that is meant; where none is, all that the literal
 * may be.
 */
function furthest(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== 'invalid_union') return issue;
  const literals = issue.errors.map((issues) => issues.find(({ code }) => code === 'invalid_value'));
  if (literals.every((literal) => !literal)) return issue;
  const meant = issue.errors[literals.indexOf(undefined)]?.[0];
  const [first] = literals as z.core.$ZodIssueInvalidValue[];
  const values = literals.flatMap((literal) => (literal as z.core.$ZodIssueInvalidValue | undefined)?.values ?? []);
  const found = meant ?? { ...first!, values };
  return furthest({ ...found, path: [...issue.path, ...found.path] });
}

/** zod's own way of writing a path would bring all of zod into a browser's bundle. */
function fieldOf(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('');
}

function expectation(issue: z.core.$ZodRawIssue | z.core.$ZodIssue | undefined): string {
  if (issue?.message && issue.message !== 'Invalid input') return issue.message;
  switch (issue?.code) {
    case 'invalid_type':
      return `must be of type ${issue.expected}`;
    case 'too_small':
      if (issue.origin === 'array') return `must have at least ${issue.minimum} elements`;
      if (issue.origin === 'string') return `must have at least ${issue.minimum} characters`;
      return `must be ${issue.inclusive ? '>=' : '>'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'array') return `must have at most ${issue.maximum} elements`;
      return `must be ${issue.inclusive ? '<=' : '<'} ${issue.maximum}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${String(issue.values[0])}`
        : `must be one of ${issue.values.map(String).join(', ')}`;
    default:
      return `must be valid (${issue?.code?.replaceAll('_', ' ') ?? 'it is not'})`;
  }
}

function shown(value: unknown): string | null {
  if (Array.isArray(value)) return value.every((item) => typeof item !== 'object') ? `[${value}]` : null;
  if (typeof value === 'object' && value !== null) return null;
  if (typeof value === 'function') return null;
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : String(value);
}
