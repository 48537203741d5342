// The files of `convoke bench`: numbers for programs, a page for people.

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Arguments, wrongUsage } from '../arguments.ts';
import { tell } from '../output.ts';
import type { Report } from './schema.ts';

type Files = Pick<Arguments, 'json_file' | 'html'>;

/** Before hours are spent on measuring. Throws UsageError 'invalid_argument'. */
export function checkFolders({ json_file, html }: Files): void {
  for (const [flag, file] of Object.entries({ json: json_file, html }))
    if (file !== undefined && !existsSync(dirname(file)))
      throw wrongUsage(`--${flag}: there is no folder ${dirname(file)}`);
}

/** Where the flags say: `document` as JSON, `reports` as a page. */
export async function writeReports({ json_file, html }: Files, document: object, reports: readonly Report[]) {
  if (json_file !== undefined) {
    // Four digits are more than any time is good for.
    const short = (_: string, value: unknown) => (typeof value === 'number' ? fourDigits(value) : value);
    await writeFile(json_file, `${JSON.stringify(document, short, 2)}\n`);
    tell(`written to ${json_file}`);
  }
  if (html !== undefined) {
    const { benchPage } = await import('./page.ts');
    await writeFile(html, benchPage(reports));
    tell(`written to ${html}`);
  }
}

/** Whole numbers stay whole: bytes and operations are counted, not measured. */
const fourDigits = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(4)));
