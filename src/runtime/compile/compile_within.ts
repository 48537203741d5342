// Compiling for a budget of GPU memory: kernels that are fast because they keep more than the weights give way, least useful first.

import type { Call, Candidate } from '../../wgsl/op.ts';
import type { Graph } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import { planProgram } from '../plan/plan.ts';
import type { Program } from '../plan/program.ts';
import type { finish } from './compile.ts';
import type { Choose } from './lower.ts';

/**
 * For a graph that has been optimised: the fastest program whose plan for one image takes no more than `budgetBytes`; where there is none, the one that takes least, so
 * that planning it says what is missing.
 */
export function compileWithin(
  ready: Graph,
  facts: AdapterFacts,
  budgetBytes: number,
  choose: Choose,
  finishing: typeof finish,
): Program {
  const costly = new Map<Value, number>();
  const program = (without: ReadonlySet<Value>) =>
    finishing(ready, facts, (value, call, able) => {
      const chosen = choose(value, call, able) ?? able[0];
      const extra = extraOf(call, chosen);
      if (extra === 0) return chosen;
      costly.set(value, call.value.operator!.macs(value) / extra);
      return without.has(value) ? able.find((name) => extraOf(call, name) === 0) : chosen;
    });
  const fits = (candidate: Program) => planProgram(candidate, facts, { batch: 1 }).peakBytes <= budgetBytes;
  const fastest = program(new Set());
  if (fits(fastest)) return fastest;
  const order = [...costly].sort(([, a], [, b]) => a - b).map(([value]) => value);
  let low = 1;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(program(new Set(order.slice(0, middle))))) high = middle;
    else low = middle + 1;
  }
  return program(new Set(order.slice(0, high)));
}

function extraOf(call: Call, name: string | undefined): number {
  const candidate: Candidate | undefined = call.value.operator?.kernels.find((kernel) => kernel.name === name);
  return candidate?.extraBytes?.(call) ?? 0;
}
