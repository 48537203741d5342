// Which kernel serves each use of an operator: by rank, by name where somebody has measured or forces it, and few of them in all.

import type { Call, Candidate } from '../../wgsl/op.ts';
import { PlanError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { Attributes, Value } from '../graph/value.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import { latePass } from './late_pass.ts';

/** Names the candidate that serves a call, of those that can (the best ranked first); undefined leaves the choice to `suits`. */
export type Choose = (value: Value, call: Call, able: readonly string[]) => string | undefined;

export interface ChosenKernel {
  readonly call: Call;
  readonly candidate: Candidate;
}

/** Channels are padded to whole vectors, and where subgroups are that narrow, to whole subgroups: they read a channel a lane. */
export function channelBlock({ subgroupSize }: AdapterFacts): number {
  return subgroupSize === 8 ? 8 : 4;
}

/** A use of an operator, as its kernels see it while it is not known what changes from run to run. */
export function callOf<A = Attributes>(value: Value, facts: AdapterFacts): Call<A> {
  return { value, inputs: value.inputs, attributes: value.attributes as A, facts, block: channelBlock(facts) };
}

/**
 * Every use of an operator in the graph, as its kernels see it; with `half`, where the adapter stores them
 * so, in a program that stores images and weights as f16.
 */
export function callsOf(graph: Graph, facts: AdapterFacts, half = false): ReadonlyMap<Value, Call> {
  const changing = changingValues(graph);
  const calls = new Map<Value, Call>();
  for (const value of graph.values) {
    if (!value.operator) continue;
    const differ = Object.entries(value.inputs).flatMap(([key, input]) => (changing.has(input) ? [key] : []));
    calls.set(value, { ...callOf(value, facts), changing: new Set(differ), half: half && facts.features.f16 });
  }
  return calls;
}

/** The candidates that can serve a call, best first as far as facts tell. */
export function ableCandidates(call: Call): readonly Candidate[] {
  return rankedCandidates(call).map(({ candidate }) => candidate);
}

export interface Ranked {
  readonly candidate: Candidate;
  readonly rank: number;
}

function rankedCandidates(call: Call): readonly Ranked[] {
  return (call.value.operator?.kernels ?? [])
    .map((candidate) => ({ candidate, rank: candidate.suits(call) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank);
}

/** Throws PlanError where no kernel serves, or the one that `choose` names does not. */
export function chooseKernels(
  graph: Graph,
  facts: AdapterFacts,
  choose: Choose,
  half = false,
): ReadonlyMap<Value, ChosenKernel> {
  const chosen = new Map<Value, ChosenKernel>();
  const byRank = new Map<Value, readonly Ranked[]>();
  for (const [value, call] of callsOf(graph, facts, half)) {
    const ranked = rankedCandidates(call);
    const names = ranked.map(({ candidate }) => candidate.name);
    const named = choose(value, call, names);
    const wanted = named ?? names[0];
    const best = ranked.find(({ candidate }) => candidate.name === wanted);
    if (!best) {
      const what = `${value.operator?.name}(${value.name})`;
      throw new PlanError('over_limit', `${what}: ${wanted ?? 'no kernel'} cannot serve this call here`);
    }
    if (named === undefined) byRank.set(value, ranked);
    chosen.set(value, { call, candidate: best.candidate });
  }
  return withoutLuxuries.run(withoutSlivers(chosen, byRank), facts, byRank);
}

export const withoutLuxuries = latePass(
  (_: ReadonlyMap<Value, ChosenKernel>, facts: AdapterFacts, _ranked: ReadonlyMap<Value, readonly Ranked[]>) =>
    facts.fallback,
  async () => (await import('./without_luxuries.ts')).withoutLuxuries,
);

// Software drivers take up to a second and a half to compile a kernel, GPUs a tenth of one.
const SLIVER = 0.03;
const AS_GOOD = 0.25;

/** What would be compiled for a sliver of the network's products gives way to a kernel that is there anyway, if that is any good. */
function withoutSlivers(
  chosen: ReadonlyMap<Value, ChosenKernel>,
  byRank: ReadonlyMap<Value, readonly Ranked[]>,
): ReadonlyMap<Value, ChosenKernel> {
  const macs = new Map<string, number>();
  for (const [value, { candidate }] of chosen)
    macs.set(candidate.name, (macs.get(candidate.name) ?? 0) + (value.operator?.macs(value) ?? 0));
  const all = [...macs.values()].reduce((sum, some) => sum + some, 0);
  const worth = (name: string) => (macs.get(name) ?? 0) >= SLIVER * all;
  const kept = new Map(chosen);
  for (const [value, ranked] of byRank) {
    if (!value.operator?.macs(value) || worth(ranked[0]!.candidate.name)) continue;
    const other = ranked.find(({ candidate }) => worth(candidate.name));
    if (other && other.rank >= AS_GOOD * ranked[0]!.rank)
      kept.set(value, { call: chosen.get(value)!.call, candidate: other.candidate });
  }
  return kept;
}

/** What differs from run to run: inputs, parameters that runs write, and all that is made of them. */
function changingValues({ values }: Graph): ReadonlySet<Value> {
  const written = values.flatMap(({ operator, inputs }) => operator?.writes?.map((key) => inputs[key]) ?? []);
  const changing = new Set<Value | undefined>([...values.filter(({ kind }) => kind === 'input'), ...written]);
  for (const value of values) if (Object.values(value.inputs).some((input) => changing.has(input))) changing.add(value);
  return changing as ReadonlySet<Value>;
}
