// Compiling for a budget of GPU memory: kernels that are fast because they keep more than the weights give way, least useful first.

import type { Call } from '../../wgsl/op.ts';
import type { Graph } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import { planProgram } from '../plan/plan.ts';
import type { Program } from '../plan/program.ts';
import { ableCandidates, type Choose, chooseKernels } from './choose_kernels.ts';
import type { finish } from './compile.ts';

/** From one kernel of a layer to the next that keeps less. */
interface Concession {
  readonly value: Value;
  /** Multiply-adds of the layer for every byte that is saved. */
  readonly price: number;
}

/**
 * For a graph that has been optimised: the fastest program whose plan for one image takes no more than `budgetBytes`; where there is
 * none, the one that takes least, so that planning it says what is missing. `half`: as kernels see it where `finishing` stores as f16.
 */
export function compileWithin(
  ready: Graph,
  facts: AdapterFacts,
  budgetBytes: number,
  choose: Choose,
  finishing: typeof finish,
  half = false,
): Program {
  const chosen = chooseKernels(ready, facts, choose, half);
  const rungs = new Map<Value, readonly string[]>();
  for (const [value, { call, candidate }] of chosen) rungs.set(value, ladder(call, candidate.name));
  const concessions = [...chosen].flatMap(([value, { call }]) => concessionsOf(call, rungs.get(value)!));
  concessions.sort((a, b) => a.price - b.price);
  const after = (count: number) => {
    const steps = new Map<Value, number>();
    for (const { value } of concessions.slice(0, count)) steps.set(value, (steps.get(value) ?? 0) + 1);
    return finishing(ready, facts, (value) => rungs.get(value)?.at(steps.get(value) ?? 0));
  };
  const fastest = after(0);
  const peakOf = (program: Program) => planProgram(program, facts, { batch: 1 }).peakBytes;
  const fits = (program: Program) => peakOf(program) <= budgetBytes;
  if (concessions.length === 0 || fits(fastest)) return fastest;
  let low = 1;
  let high = concessions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(after(middle))) high = middle;
    else low = middle + 1;
  }
  // Copies as texels share memory: where most layers keep theirs, giving up some saves nothing.
  const slower = after(high);
  return peakOf(slower) < peakOf(fastest) ? slower : fastest;
}

/** The chosen kernel and those that rank below it, each of which keeps less than the one before. */
function ladder(call: Call, chosen: string): readonly string[] {
  const able = ableCandidates(call).map(({ name }) => name);
  const rungs: string[] = [];
  for (const name of able.slice(able.indexOf(chosen)))
    if (rungs.length === 0 || extraOf(call, name) < extraOf(call, rungs.at(-1))) rungs.push(name);
  return rungs;
}

function concessionsOf(call: Call, rungs: readonly string[]): Concession[] {
  const macs = call.value.operator?.macs(call.value) ?? 0;
  return rungs
    .slice(1)
    .map((name, i) => ({ value: call.value, price: macs / (extraOf(call, rungs[i]) - extraOf(call, name)) }));
}

function extraOf(call: Call, name: string | undefined): number {
  return call.value.operator?.kernels.find((kernel) => kernel.name === name)?.extraBytes?.(call) ?? 0;
}
