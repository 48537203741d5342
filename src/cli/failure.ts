// What a failure looks like: one line for a person, a code for a program, an exit code for the shell.

import process from 'node:process';
import { ConvokeError, UsageError, WeightsError } from '../runtime/errors.ts';
import { printJson, tell } from './output.ts';

/** An error in a `--json` document. */
export interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  /** Everything that is wrong, where more than one thing is. */
  readonly problems?: readonly string[];
}

export function errorDocument(error: ConvokeError): ErrorDocument {
  const problems = error instanceof WeightsError && error.problems.length > 1 ? { problems: error.problems } : {};
  return { code: error.code, message: error.message, ...problems };
}

/** Says why a command failed and returns its exit code. With `json` the document on stdout says it too. */
export function fail(error: unknown, { json = false, usage = '' } = {}): number {
  const known = error instanceof ConvokeError;
  const text = error instanceof Error ? error.message : String(error);
  const line = known ? text : `unexpected ${error instanceof Error ? error.name : 'error'}: ${text}`;
  tell(`convoke: ${oneLine(line)}${known || debugging() ? '' : ' (CONVOKE_DEBUG=1 shows the stack)'}`);
  if (debugging() && error instanceof Error) tell(String(error.stack));
  if (json) printJson({ error: known ? errorDocument(error) : { code: 'unexpected', message: oneLine(line) } });
  const wrongUsage = error instanceof UsageError && error.code === 'invalid_argument';
  if (wrongUsage && usage) tell(usage);
  return wrongUsage ? 2 : 1;
}

const debugging = (): boolean => process.env.CONVOKE_DEBUG === '1';

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, '; ');
