// From a model's graph to a program in half precision: weights as f16, images too where the adapter has shader-f16; sums in f32.

import { inHalf } from '../../wgsl/half.ts';
import { halfWeights } from '../../wgsl/half_weights.ts';
import type { Graph } from '../graph/graph.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import type { Program } from '../plan/program.ts';
import type { Choose } from './choose_kernels.ts';
import { optimise } from './compile.ts';
import { hoist } from './hoist.ts';
import { lower } from './lower.ts';

/** As `compile`. What comes in and goes out, vectors [n, c], biases and normalisation stay f32. */
export function compileHalf(graph: Graph, facts: AdapterFacts, choose?: Choose): Program {
  return finishHalf(optimise(graph, facts), facts, choose);
}

/** As `finish`. */
export function finishHalf(ready: Graph, facts: AdapterFacts, choose?: Choose): Program {
  const program = halfWeights(hoist(lower(ready, facts, choose, facts.features.f16 ? 'all' : undefined)));
  return { ...program, run: program.run.map(inHalf) };
}
