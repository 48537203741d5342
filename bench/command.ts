// What every bench is as a command: flags in, a report out, one clear line and an exit code when it fails.

import { parseArgs } from 'node:util';
import { ConvokeError, UsageError } from '../src/runtime/errors.ts';

export interface Flag {
  /** What stands in its place in the usage line: `N`, `FILE`. */
  readonly value: string;
  readonly about: string;
  readonly default?: string;
}

export type Flags<Names extends string> = Readonly<Record<Names, Flag>>;
export type Given<Names extends string> = Readonly<Record<Names, string | undefined>>;

/**
 * Runs a bench on the process's arguments. `work` returns whether what it measured is as it should be.
 * Exit codes: 0 done, 1 failed with one line on stderr, 2 wrong usage.
 */
export async function command<Names extends string>(
  name: string,
  flags: Flags<Names>,
  work: (given: Given<Names>) => Promise<boolean>,
): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(usage(name, flags));
    return;
  }
  let given: Given<Names>;
  try {
    given = parse(flags);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage(name, flags)}`);
    process.exitCode = 2;
    return;
  }
  try {
    process.exitCode = (await work(given)) ? 0 : 1;
  } catch (error) {
    // A programming error shows its stack; what a person can act on is one line.
    if (!(error instanceof ConvokeError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** A flag's positive whole number. Throws UsageError. */
export function whole(name: string, text: string | undefined): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new UsageError('invalid_argument', `--${name} must be a positive whole number and is '${text}'`);
}

function parse<Names extends string>(flags: Flags<Names>): Given<Names> {
  const entries = Object.entries(flags) as [Names, Flag][];
  const options = Object.fromEntries(
    entries.map(([key, flag]) => [
      key,
      { type: 'string' as const, ...(flag.default !== undefined && { default: flag.default }) },
    ]),
  );
  return parseArgs({ args: process.argv.slice(2), options }).values as Given<Names>;
}

function usage<Names extends string>(name: string, flags: Flags<Names>): string {
  const lines = Object.entries<Flag>(flags).map(([key, { value, about, default: preset }]) => {
    const left = `  --${key} ${value}`.padEnd(22);
    return `${left}${about}${preset === undefined ? '' : ` (${preset})`}\n`;
  });
  return `npm run bench -- ${name} [FLAGS]\n${lines.join('')}`;
}
