// How the command speaks: results on stdout, numbers and bars for people.

import process from 'node:process';

/** A line or more on stdout. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The one document of `--json`. */
export function printJson(document: unknown): void {
  print(JSON.stringify(document, null, 2));
}

/** A line on stderr. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Columns of the terminal; 80 where stdout is none. */
export function screenWidth(): number {
  return process.stdout.columns || 80;
}

/** Bold on a terminal that shows it. */
export function bold(text: string): string {
  return process.stdout.isTTY && process.stdout.hasColors?.() ? `\u001b[1m${text}\u001b[22m` : text;
}

/** A bar of `share` (0 to 1) of `width` columns, in steps of an eighth of one. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(share * width * 8);
  const rest = eighths % 8;
  return '█'.repeat(Math.floor(eighths / 8)) + (rest > 0 ? String.fromCodePoint(0x2590 - rest) : '');
}

/** `41.2 ms`, `1.31 s`. */
export function duration(ms: number): string {
  if (ms >= 999.5) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
}

/** `23.4 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `128 MiB`: limits of adapters are powers of two. */
export function binarySize(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `11.69 M`, `1.81 G`. */
export function short(number: number): string {
  if (number >= 1e9) return `${(number / 1e9).toFixed(2)} G`;
  if (number >= 1e6) return `${(number / 1e6).toFixed(2)} M`;
  return number >= 1e3 ? `${(number / 1e3).toFixed(1)} k` : `${number}`;
}
