// `convoke bench merge A.json B.json`: what several adapters can do, side by side.

import { readFile } from 'node:fs/promises';
import { table } from '../../registry/table.ts';
import { schemaIssue } from '../../runtime/schema_issue.ts';
import { type Arguments, wrongUsage } from '../arguments.ts';
import { print } from '../output.ts';
import { columnNames, compareReports, ratioText, valueText } from './comparison.ts';
import { type Report, reportSchema } from './schema.ts';
import { writeReports } from './write.ts';

/** Returns the exit code. Throws UsageError 'invalid_argument' for a file that is no report. */
export async function mergeReports(files: readonly string[], args: Arguments): Promise<number> {
  if (files.length < 2) throw wrongUsage(`bench merge wants two files or more, and was given ${files.length}`);
  const reports: Report[] = [];
  for (const file of files) reports.push(await readReport(file));
  const names = columnNames(reports);
  const rows = compareReports(reports);
  print(mergedTable(names, reports, rows));
  const environments = reports.map(({ environment }) => environment);
  await writeReports(args, { format: 'convoke bench merged 1', environments, rows }, reports);
  return 0;
}

function mergedTable(
  names: readonly string[],
  reports: readonly Report[],
  rows: ReturnType<typeof compareReports>,
): string {
  const letters = names.map((_, i) => String.fromCharCode(65 + (i % 26)));
  const legend = names.map((name, i) => {
    const { date, driver, load } = reports[i]!.environment;
    return `${letters[i]}  ${name} (driver ${driver}), ${date}, load ${load}`;
  });
  const head = ['', ...letters, ...letters.slice(1).map((letter) => `${letter} to A`)];
  const cells = rows.map(({ part, name, unit, values, ratios }) => [
    part === 'kernels' ? name : `${part}: ${name}`,
    ...values.map((value) => valueText(value, unit)),
    ...ratios.slice(1).map(ratioText),
  ]);
  const align = `l${'r'.repeat(head.length - 1)}`;
  return [...legend, '', table(head, cells, align), '', 'N x: N times as fast as A'].join('\n');
}

async function readReport(file: string): Promise<Report> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw wrongUsage(`${file}: there is no such file, or it may not be read`);
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw wrongUsage(`${file} is no report of convoke bench: it is not JSON`);
  }
  const read = reportSchema.safeParse(document);
  if (read.success) return read.data;
  const { field, must, is } = schemaIssue(read.error, document);
  const problem = [field || 'it', must, is === null ? '' : `and is ${is}`].filter(Boolean).join(' ');
  throw wrongUsage(`${file} is no report of convoke bench: ${problem}`);
}
