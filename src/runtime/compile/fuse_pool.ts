// Max pooling of 2x2 pixels in the last step of the 3x3 convolution that alone it reads: a quarter of that is stored, and nothing loaded.

import type { Conv2dAttributes } from '../../wgsl/conv2d/conv2d.ts';
import type { MaxPool2dAttributes } from '../../wgsl/pool/max_pool2d.ts';
import { windowOf } from '../../wgsl/pool/window.ts';
import { pooledConv2d, poolsAtOnce } from '../../wgsl/pooled/pooled_conv2d.ts';
import { consumers, type Graph, rewrite } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import { callOf } from './choose_kernels.ts';

export function fusePool(graph: Graph, facts: AdapterFacts): Graph {
  // Where matrices of f16 are multiplied, other kernels may serve the convolution.
  if (facts.fallback || facts.matrix) return graph;
  const readers = consumers(graph);
  const outputs = new Set(Object.values(graph.outputs));
  return rewrite(graph, (value, before) => {
    const [source, original] = [value.inputs.x, before.inputs.x];
    if (!source || !original || !isPoolOfTwo(value) || outputs.has(original)) return undefined;
    if (readers.get(original)?.length !== 1 || !isPlain(source)) return undefined;
    const { padding, activation, slope } = source.attributes as Conv2dAttributes;
    const fused = pooledConv2d.of(source.inputs, { padding, activation, slope }, source.name);
    return poolsAtOnce(callOf(fused, facts)) ? fused : undefined;
  });
}

function isPoolOfTwo({ operator, attributes }: Value): boolean {
  if (operator?.name !== 'max_pool2d') return false;
  const { kernel, stride, dilation, padding } = windowOf(attributes as MaxPool2dAttributes);
  const twos = [...kernel, ...stride].every((size) => size === 2);
  // The last windows are whole ones.
  return twos && Math.max(...dilation) === 1 && Math.max(...padding) === 0 && !attributes.ceilMode;
}

/** Whether it is a convolution of 3x3 that skips nothing, with nothing added to its result but a bias. */
function isPlain({ operator, inputs, attributes }: Value): boolean {
  if (operator?.name !== 'conv2d' || inputs.residual) return false;
  const { stride, dilation, groups } = attributes as Conv2dAttributes;
  return inputs.w?.shape.slice(2).join('x') === '3x3' && Math.max(...stride, ...dilation, groups) === 1;
}
