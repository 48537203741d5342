// Measuring: wall and CPU time of a piece of work, contenders in turn, and what a list of times says.

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

/** Threads of a pool spin for a moment after their work; the next contender is not to pay for that. */
export const REST_MS = 20;

/**
 * Runs the contenders one after the other, A B A B, so that what else happens on the machine hits all of them alike.
 * Returns the samples of each.
 */
export async function alternate<Names extends string>(
  rounds: number,
  contenders: Readonly<Record<Names, () => Promise<unknown>>>,
): Promise<Record<Names, Sample[]>> {
  const names = Object.keys(contenders) as Names[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Names, Sample[]>;
  for (let round = 0; round < rounds; round++)
    for (const name of names) {
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      const { wallMs, cpuMs } = await timed(contenders[name]);
      samples[name].push({ wallMs, cpuMs });
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

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest value that at least `share` of the values do not exceed. */
function rank(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1]!;
}
