// Measuring: wall and CPU time of a piece of work, as often as there is time for, and what a list of times says.

import process from 'node:process';
import { median } from '../../runtime/median.ts';

/** One run. `cpuMs` counts every thread of the process: on a CPU driver that is the work itself, and it is steadier than the wall. */
export interface Sample {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** What a list of samples says. `p99` is by nearest rank: the worst one where there are fewer than a hundred. */
export interface Times {
  readonly runs: number;
  readonly medianMs: number;
  readonly bestMs: number;
  readonly p99Ms: number;
  readonly cpuMedianMs: number;
}

export async function timed<T>(work: () => Promise<T>): Promise<Sample & { readonly result: T }> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const result = await work();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000, result };
}

/** However slow the work, it is repeated this often. */
const LEAST_ROUNDS = 3;

/** Samples of a work that has been warmed up: as many as `rounds`, fewer where they would take longer than `budgetMs` in all. */
export async function repeated(rounds: number, budgetMs: number, work: () => Promise<unknown>): Promise<Sample[]> {
  const samples: Sample[] = [];
  let spent = 0;
  while (samples.length < rounds && (spent < budgetMs || samples.length < LEAST_ROUNDS)) {
    const { wallMs, cpuMs } = await timed(work);
    samples.push({ wallMs, cpuMs });
    spent += wallMs;
  }
  return samples;
}

export function timesOf(samples: readonly Sample[]): Times {
  const walls = samples.map(({ wallMs }) => wallMs);
  return {
    runs: samples.length,
    medianMs: median(walls),
    bestMs: Math.min(...walls),
    p99Ms: rank(walls, 0.99),
    cpuMedianMs: median(samples.map(({ cpuMs }) => cpuMs)),
  };
}

/** The smallest value that at least `share` of the values do not exceed. */
function rank(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1]!;
}
