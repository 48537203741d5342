// Which kernels are not worth what they cost.

import type { Value } from '../graph/value.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import type { ChosenKernel, Ranked } from './choose_kernels.ts';

// Of the time that a network's products take. Winograd's three kernels take half a second to compile, and his filters four times the
// memory. SwiftShader, which has subgroups of four, compiles one kernel after the other, and clears all memory before it is written.
const LUXURY = 1 / 9;
const LUXURY_OF_FOUR = 1 / 5;

/** Where a CPU plays the GPU, Winograd's kernels give way together if all that they save is a little time. */
export function withoutLuxuries(
  chosen: ReadonlyMap<Value, ChosenKernel>,
  { fallback, subgroupSize }: AdapterFacts,
  byRank: ReadonlyMap<Value, readonly Ranked[]>,
): ReadonlyMap<Value, ChosenKernel> {
  const plainer = new Map<Value, ChosenKernel>();
  let [time, saved] = [0, 0];
  for (const [value, { call, candidate }] of chosen) {
    const ranked = byRank.get(value) ?? [];
    const macs = value.operator?.macs(value) ?? 0;
    const rank = ranked.find((one) => one.candidate === candidate)?.rank ?? candidate.suits(call);
    time += macs / rank;
    const other = candidate.growth?.() && ranked.find((one) => !one.candidate.growth?.());
    if (!other) continue;
    plainer.set(value, { call, candidate: other.candidate });
    saved += macs / other.rank - macs / rank;
  }
  const luxury = subgroupSize === 4 ? LUXURY_OF_FOUR : LUXURY;
  return fallback && saved < luxury * (time + saved) ? new Map([...chosen, ...plainer]) : chosen;
}
