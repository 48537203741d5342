// From a model's graph to a program: the list of passes, in order.

import { breathe } from '../breathe.ts';
import type { Graph } from '../graph/graph.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import type { Program } from '../plan/program.ts';
import { foldBatchNorm } from './fold_batch_norm.ts';
import { fuseEpilogue } from './fuse_epilogue.ts';
import { hoist } from './hoist.ts';
import { type Choose, channelBlock, lower } from './lower.ts';
import { nestConcat } from './nest_concat.ts';
import { placeConcat } from './place_concat.ts';
import { removeDead } from './remove_dead.ts';
import { simplify } from './simplify.ts';
import { splitOversized } from './split_oversized.ts';

/** The passes that rewrite the graph for inference, in order. */
function passes(facts: AdapterFacts): readonly ((graph: Graph) => Graph)[] {
  return [
    removeDead,
    foldBatchNorm,
    fuseEpilogue,
    simplify,
    (g) => splitOversized(g, facts),
    nestConcat,
    (g) => placeConcat(g, channelBlock(facts)),
  ];
}

/** The graph as it is lowered, for inference on this adapter. */
export function optimise(graph: Graph, facts: AdapterFacts): Graph {
  return passes(facts).reduce((g, pass) => pass(g), graph);
}

/** Everything that is known before the batch size is. */
export function compile(graph: Graph, facts: AdapterFacts, choose?: Choose): Program {
  return hoist(lower(optimise(graph, facts), facts, choose));
}

/** The same, pass by pass in turns with whatever else there is to do. */
export async function compileInTurns(graph: Graph, facts: AdapterFacts): Promise<Program> {
  let rewritten = graph;
  for (const pass of passes(facts)) {
    await breathe();
    rewritten = pass(rewritten);
  }
  await breathe();
  const lowered = lower(rewritten, facts);
  await breathe();
  return hoist(lowered);
}

/** Downloads the kernels that this graph or this adapter wants and others do not; to be awaited before `compile`. */
export async function loadKernels({ values }: Graph, facts: AdapterFacts): Promise<void> {
  const late = values.flatMap((value) =>
    (value.operator?.kernels ?? []).flatMap((kernel) => (kernel.late?.wanted(facts, value) ? [kernel.late] : [])),
  );
  await Promise.all([...new Set(late)].map(({ load }) => load()));
}
