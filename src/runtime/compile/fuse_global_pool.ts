// Global average pools computed by the linear layer that alone reads them.

import type { Epilogue } from '../../wgsl/activation/epilogue.ts';
import { pooledLinear } from '../../wgsl/pooled/pooled_linear.ts';
import { pooledLinearKernel } from '../../wgsl/pooled/pooled_linear_kernel.ts';
import { consumers, type Graph, rewrite } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import { callOf } from './choose_kernels.ts';

export function fuseGlobalPool(graph: Graph, facts: AdapterFacts): Graph {
  // Where a CPU plays the GPU a dispatch costs nothing, and every workgroup would average anew.
  if (facts.fallback) return graph;
  const readers = consumers(graph);
  const outputs = new Set(Object.values(graph.outputs));
  const alone = (value: Value) => readers.get(value)?.length === 1 && !outputs.has(value);
  return rewrite(graph, (value, before) => {
    const flat = before.inputs.x;
    const pool = flat?.inputs.x;
    if (value.operator?.name !== 'linear' || flat?.operator?.name !== 'flatten' || !pool) return undefined;
    if (!isGlobal(pool) || !alone(flat) || !alone(pool)) return undefined;
    const { x: means, ...others } = value.inputs;
    const { activation, slope } = value.attributes as unknown as Epilogue;
    const x = means?.inputs.x?.inputs.x;
    const fused = pooledLinear.of({ x, ...others }, { activation, slope }, value.name);
    return pooledLinearKernel.suits(callOf(fused, facts)) > 0 ? fused : undefined;
  });
}

function isGlobal({ operator, attributes }: Value): boolean {
  return operator?.name === 'adaptive_avg_pool2d' && Math.max(...(attributes.outputSize as number[])) === 1;
}
