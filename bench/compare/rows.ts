// The result: a row per contender, how many times longer a peer takes than convoke in the same place, and both as text.

import { table } from '../../src/registry/table.ts';
import { type Sample, type Times, timesOf } from '../measure.ts';
import { type Facts, type First, isPeer, isWeb, type Name } from './contender.ts';
import type { Verdict } from './targets.ts';

export interface Row extends Times, Facts {
  readonly contender: Name;
  readonly firstMs: number;
  readonly firstCpuMs: number;
  /** Of the program in brotli, up to the first answer; null outside the browser. */
  readonly downloadBytes: number | null;
  /** A peer's time over convoke's in Node, or in the browser for what runs there; null for convoke, and where it failed. */
  readonly times: Record<'first' | 'firstCpu' | 'wall' | 'cpu', number> | null;
}

export interface Measured {
  readonly contender: Name;
  readonly first: First;
  readonly samples: readonly Sample[];
  readonly downloadBytes: number | null;
}

export function rowsOf(measured: readonly Measured[]): Row[] {
  const rows = measured.map(({ contender, first, samples, downloadBytes }) => ({
    contender,
    firstMs: first.wallMs,
    firstCpuMs: first.cpuMs,
    ...timesOf(samples),
    ...first.facts,
    downloadBytes,
    times: null,
  }));
  return rows.map((row) => {
    const ours = rows.find(({ contender }) => contender === (isWeb(row.contender) ? 'convoke-web' : 'convoke'));
    if (!isPeer(row.contender) || !ours) return row;
    const times = {
      first: row.firstMs / ours.firstMs,
      firstCpu: row.firstCpuMs / ours.firstCpuMs,
      wall: row.medianMs / ours.medianMs,
      cpu: row.cpuMedianMs / ours.cpuMedianMs,
    };
    return { ...row, times };
  });
}

export function formatRows(rows: readonly Row[]): string {
  const head = [
    'ms',
    'first',
    'CPU',
    'runs',
    'median',
    'best',
    'p99',
    'CPU',
    'peak MB',
    'GPU MB',
    'kB',
    'x first',
    'x CPU',
    'x wall',
    'x CPU',
  ];
  const known = (value: number | null | undefined, digits: number) =>
    value === null || value === undefined || Number.isNaN(value) ? '' : value.toFixed(digits);
  const over = (bytes: number | null | undefined, unit: number) => bytes && bytes / unit;
  const cells = rows.map((row) => [
    row.contender,
    known(row.firstMs, 0),
    known(row.firstCpuMs, 0),
    `${row.runs}`,
    ...[row.medianMs, row.bestMs, row.p99Ms, row.cpuMedianMs].map((ms) => known(ms, 1)),
    known(over(row.gpu?.peakBytes, 1e6), 1),
    known(over(row.gpu?.liveBytes, 1e6), 1),
    known(over(row.downloadBytes, 1000), 1),
    ...[row.times?.first, row.times?.firstCpu, row.times?.wall, row.times?.cpu].map((ratio) => known(ratio, 2)),
  ]);
  return table(head, cells, 'lrrrrrrrrrrrrrr');
}

export function formatVerdicts(verdicts: readonly Verdict[]): string {
  const word = (met: boolean | null) => (met === null ? 'not judged' : met ? 'met' : 'MISSED');
  const cells = verdicts.map(({ target, measured, met }) => [target, measured, word(met)]);
  return table(['target', 'measured', ''], cells, 'lll');
}
