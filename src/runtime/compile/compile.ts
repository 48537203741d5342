// From a model's graph to a program: the list of passes, in order.

import { loadActivations } from '../../wgsl/activation/epilogue.ts';
import { breathe } from '../breathe.ts';
import type { Graph } from '../graph/graph.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import type { Program } from '../plan/program.ts';
import { type Choose, channelBlock, withoutLuxuries } from './choose_kernels.ts';
import { foldBatchNorm } from './fold_batch_norm.ts';
import { fuseEpilogue } from './fuse_epilogue.ts';
import { hoist } from './hoist.ts';
import { latePass } from './late_pass.ts';
import { lower } from './lower.ts';
import { largestWeight, packedBytes } from './oversized.ts';
import { removeDead } from './remove_dead.ts';
import { simplify } from './simplify.ts';

const splitOversized = latePass<Graph>(
  ({ values }, facts) =>
    values.some(({ kind, shape }) => kind === 'parameter' && packedBytes(shape) > largestWeight(facts)),
  async () => (await import('./split_oversized.ts')).splitOversized,
);
const shareConcat = latePass<Graph>(
  // What is split is concatenated again.
  (graph, facts) =>
    splitOversized.wanted(graph, facts) || graph.values.some(({ operator }) => operator?.name === 'concat'),
  async () => {
    const [{ nestConcat }, { placeConcat }] = await Promise.all([
      import('./nest_concat.ts'),
      import('./place_concat.ts'),
    ]);
    return (graph, facts) => placeConcat(nestConcat(graph), channelBlock(facts));
  },
);

const fuseDepthwise = latePass<Graph>(
  (_, { fallback, features, subgroupSize }) => fallback && features.texels && subgroupSize === 8,
  async () => (await import('./fuse_depthwise.ts')).fuseDepthwise,
);

const fusePool = latePass<Graph>(
  ({ values }, { fallback, matrix }) =>
    !fallback &&
    !matrix &&
    values.some(({ attributes: { kernel }, operator }) => operator?.name === 'max_pool2d' && `${kernel}` === '2,2'),
  async () => (await import('./fuse_pool.ts')).fusePool,
);

const fuseGlobalPool = latePass<Graph>(
  ({ values }, { fallback }) => !fallback && values.some(({ operator }) => operator?.name === 'adaptive_avg_pool2d'),
  async () => (await import('./fuse_global_pool.ts')).fuseGlobalPool,
);

export const latePasses = [splitOversized, fuseDepthwise, fusePool, fuseGlobalPool, shareConcat];

/** The passes that rewrite the graph for inference, in order. */
const passes: readonly ((graph: Graph, facts: AdapterFacts) => Graph)[] = [
  removeDead,
  (g) => foldBatchNorm(g),
  fuseEpilogue,
  simplify,
  splitOversized.run,
  fuseDepthwise.run,
  fusePool.run,
  fuseGlobalPool.run,
  shareConcat.run,
];

/** The graph as it is lowered, for inference on this adapter. */
export function optimise(graph: Graph, facts: AdapterFacts): Graph {
  return passes.reduce((g, pass) => pass(g, facts), graph);
}

/** The same, pass by pass in turns with whatever else there is to do. */
export async function optimiseInTurns(graph: Graph, facts: AdapterFacts): Promise<Graph> {
  let rewritten = graph;
  for (const pass of passes) {
    await breathe();
    rewritten = pass(rewritten, facts);
  }
  await breathe();
  return rewritten;
}

/** The passes after those that rewrite the graph. */
export function finish(ready: Graph, facts: AdapterFacts, choose?: Choose): Program {
  return hoist(lower(ready, facts, choose));
}

/** Everything that is known before the batch size is. */
export function compile(graph: Graph, facts: AdapterFacts, choose?: Choose): Program {
  return finish(optimise(graph, facts), facts, choose);
}

/** Downloads what `compile` takes for this graph and few others do, and the kernels of the given names; to be awaited before it. */
export async function loadLate(graph: Graph, facts: AdapterFacts, names?: ReadonlySet<string>): Promise<void> {
  await loadPasses(graph, facts);
  await loadKernels(optimise(graph, facts), facts, names);
}

/** Downloads the passes that this graph or this adapter wants and others do not; to be awaited before `optimise`. */
export async function loadPasses(graph: Graph, facts: AdapterFacts): Promise<void> {
  await Promise.all(latePasses.filter((pass) => pass.wanted(graph, facts)).map((pass) => pass.load()));
}

/** The same of kernels, for a graph as it is lowered. */
export async function loadKernels(ready: Graph, facts: AdapterFacts, names?: ReadonlySet<string>): Promise<void> {
  const kernels = ready.values.flatMap((value) =>
    (value.operator?.kernels ?? []).flatMap(({ name, late }) =>
      late && (names?.has(name) || late.wanted(facts, value)) ? [late] : [],
    ),
  );
  const activations = ready.values.flatMap(({ operator, attributes }) => [operator?.name, attributes.activation]);
  const rules = facts.fallback ? [withoutLuxuries] : [];
  await Promise.all([loadActivations(activations), ...[...rules, ...new Set(kernels)].map((late) => late.load())]);
}
