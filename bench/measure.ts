// What every bench measures by: the command's own words, and contenders in turn.

import { type Sample, timed } from '../src/cli/bench/measure.ts';

export { type Sample, type Times, timed, timesOf } from '../src/cli/bench/measure.ts';
export { median } from '../src/runtime/median.ts';

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
