// From a graph with losses to the program of one training step: the list of passes, in order.

import { inHalf } from '../../wgsl/half.ts';
import type { Graph } from '../graph/graph.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import type { Program } from '../plan/program.ts';
import { type Choose, channelBlock } from './choose_kernels.ts';
import { foldBatchNorm } from './fold_batch_norm.ts';
import { fuseEpilogue } from './fuse_epilogue.ts';
import { hoist } from './hoist.ts';
import { lower } from './lower.ts';
import { nestConcat } from './nest_concat.ts';
import { placeConcat } from './place_concat.ts';
import { removeDead } from './remove_dead.ts';
import { schedule } from './schedule.ts';
import { simplify } from './simplify.ts';
import { splitOversized } from './split_oversized.ts';
import { type TrainMode, trainMode } from './train_mode.ts';

/** The passes before differentiation: what rules need not know of is gone. */
export function forwardForTraining(graph: Graph, facts: AdapterFacts, mode: TrainMode): Graph {
  const passes: readonly ((graph: Graph) => Graph)[] = [
    (g) => trainMode(g, mode),
    removeDead,
    (g) => foldBatchNorm(g, (w) => mode.frozen(w)),
    (g) => splitOversized(g, facts),
  ];
  return passes.reduce((g, pass) => pass(g), graph);
}

/**
 * The passes after it. What depends on frozen parameters alone is hoisted; what changes is packed anew in every step. With f16, images
 * are stored in half precision; sums, weights, their gradients and statistics stay f32.
 */
export function compileTraining(
  graph: Graph,
  facts: AdapterFacts,
  precision: 'f32' | 'f16' = 'f32',
  choose?: Choose,
): Program {
  const half = precision === 'f16';
  const program = hoist(lower(optimiseTraining(graph, facts), facts, choose, half ? 'images' : undefined));
  return half ? { ...program, run: program.run.map(inHalf) } : program;
}

/** The passes that rewrite a step's graph, on this adapter. */
export function optimiseTraining(graph: Graph, facts: AdapterFacts): Graph {
  const passes: readonly ((graph: Graph) => Graph)[] = [
    fuseEpilogue,
    simplify,
    nestConcat,
    (g) => placeConcat(g, channelBlock(facts)),
    schedule,
  ];
  return passes.reduce((g, pass) => pass(g), graph);
}
