// Depthwise convolutions, and batch norms that no convolution took in, computed by the 1x1 convolution that alone reads them:
// nothing of theirs is stored. What several of its workgroups read is computed by each.

import { foldBias, foldWeight } from '../../wgsl/batch_norm/batch_norm.ts';
import type { Conv2dAttributes } from '../../wgsl/conv2d/conv2d.ts';
import { type SeparableAttributes, separableConv2d } from '../../wgsl/separable/separable_conv2d.ts';
import { separableTexels } from '../../wgsl/separable/separable_texels.ts';
import { consumers, type Graph, rewrite } from '../graph/graph.ts';
import { atBatch, type Value } from '../graph/value.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import { callOf } from './choose_kernels.ts';

type Between = SeparableAttributes['between'];

// What one workgroup makes, of texels, and how many workgroups may compute the same: up to nine taps cost each about half of what
// storing and loading them takes, and that no depthwise kernel has to be compiled is worth the rest.
const PANEL = 32;
const MOST_PANELS = 10;
const FEW_TAPS = 9;

export function fuseDepthwise(graph: Graph, facts: AdapterFacts): Graph {
  const readers = consumers(graph);
  const outputs = new Set(Object.values(graph.outputs));
  return rewrite(graph, (value, before) => {
    const source = value.inputs.x;
    const original = before.inputs.x;
    if (!source || !original || !isPointwise(value) || outputs.has(original)) return undefined;
    if (readers.get(original)?.length !== 1) return undefined;
    const fused = ofDepthwise(value, source) ?? ofBatchNorm(value, source);
    return fused && separableTexels.suits(callOf(fused, facts)) > 0 ? fused : undefined;
  });
}

function isPointwise({ operator, inputs, attributes }: Value): boolean {
  if (operator?.name !== 'conv2d') return false;
  const [, , rows, columns] = inputs.w?.shape ?? [];
  const { stride, padding, groups } = attributes as Conv2dAttributes;
  return rows === 1 && columns === 1 && groups === 1 && Math.max(...stride) === 1 && Math.max(...padding) === 0;
}

/** Whether it is what kernels do by two comparisons. */
function bounds(activation: unknown): activation is Between {
  return activation === null || activation === 'relu' || activation === 'relu6';
}

function ofDepthwise(value: Value, source: Value): Value | undefined {
  const { x, w, bias, residual } = source.inputs;
  if (source.operator?.name !== 'conv2d' || !x || !w || !bias || residual) return undefined;
  const { stride, padding, dilation, groups } = source.attributes as Conv2dAttributes;
  const [channels = 0, perGroup, rows = 1, columns = 1] = w.shape.map((dim) => atBatch(dim, 1));
  if (groups !== channels || perGroup !== 1 || channels === 1 || Math.max(...dilation) > 1) return undefined;
  const panels = Math.ceil(atBatch(value.shape[1] ?? 0, 1) / PANEL);
  if (panels > (rows * columns > FEW_TAPS ? 1 : MOST_PANELS)) return undefined;
  return fusedInto(value, source, { x, d: w, d_bias: bias }, { kernel: [rows, columns], stride, padding });
}

function ofBatchNorm(value: Value, source: Value): Value | undefined {
  const { x, weight, bias, running_mean, running_var } = source.inputs;
  if (source.operator?.name !== 'batch_norm') return undefined;
  const eps = Number(source.attributes.eps);
  const d = foldWeight.of({ weight, running_var }, { eps }, `${source.name}.scale`);
  const d_bias = foldBias.of({ weight, bias, running_mean, running_var }, { eps }, `${source.name}.shift`);
  return fusedInto(value, source, { x, d, d_bias }, { kernel: [1, 1] });
}

type Depthwise = Pick<SeparableAttributes, 'kernel'> & Partial<Pick<SeparableAttributes, 'stride' | 'padding'>>;

function fusedInto(
  value: Value,
  source: Value,
  inputs: Readonly<Record<'x' | 'd' | 'd_bias', Value | undefined>>,
  depthwise: Depthwise,
): Value | undefined {
  const { x: _, ...others } = value.inputs;
  const { activation: between } = source.attributes;
  if (!bounds(between)) return undefined;
  const { activation, slope } = value.attributes as Conv2dAttributes;
  return separableConv2d.of({ ...inputs, ...others }, { ...depthwise, between, activation, slope }, value.name);
}
