// Folds a batch norm into the convolution or linear layer before it. The folded weights are graph nodes, which hoist runs once.

import { foldBias, foldWeight } from '../../wgsl/batch_norm/batch_norm.ts';
import { consumers, type Graph, rewrite } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';

const foldable = new Set(['conv2d', 'linear']);

/** `constant` says of a layer's weights whether they stay what they are; while training those that learn take no scale. */
export function foldBatchNorm(graph: Graph, constant: (w: Value) => boolean = () => true): Graph {
  const readers = consumers(graph);
  const outputs = new Set(Object.values(graph.outputs));
  return rewrite(graph, (value, before) => {
    const source = value.inputs.x;
    const original = before.inputs.x;
    if (value.operator?.name !== 'batch_norm' || !source?.operator || !original) return undefined;
    if (!foldable.has(source.operator.name) || source.inputs.residual || source.attributes.activation) return undefined;
    if (readers.get(original)?.length !== 1 || outputs.has(original)) return undefined;
    if (!source.inputs.w || !constant(source.inputs.w)) return undefined;
    return folded(source, value);
  });
}

function folded(source: Value, norm: Value): Value {
  const { weight, bias, running_mean, running_var } = norm.inputs;
  const eps = Number(norm.attributes.eps);
  const { activation = null, slope = null } = norm.attributes;
  const inputs = {
    ...source.inputs,
    w: foldWeight.of({ w: source.inputs.w, weight, running_var }, { eps }, `${source.name}.weight`),
    bias: foldBias.of(
      { weight, bias, running_mean, running_var, conv_bias: source.inputs.bias },
      { eps },
      `${source.name}.bias`,
    ),
  };
  return { ...source, inputs, attributes: { ...source.attributes, activation, slope } };
}
