// The report of a bench as a file, and the versions of what is installed here.

import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Environment } from '../src/cli/bench/environment.ts';

export { describe, type Environment, environmentOf } from '../src/cli/bench/environment.ts';

/** The repository: scripts/bench.mjs starts every bench there. */
export const root = process.cwd();

export function versionIn(packageFile: string): string {
  return (JSON.parse(readFileSync(join(root, packageFile), 'utf8')) as { version: string }).version;
}

/** Writes the report where `--json FILE` says; a relative FILE counts from where `npm run` was called. */
export function writeJson(
  file: string | undefined,
  report: { readonly bench: string; readonly environment: Environment; readonly [key: string]: unknown },
): void {
  if (file === undefined) return;
  const path = resolve(process.env.INIT_CWD ?? root, file);
  // Four digits are more than any time here is good for.
  const short = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
  writeFileSync(path, `${JSON.stringify(report, short, 2)}\n`);
  process.stderr.write(`written to ${path}\n`);
}
