// Moves residual additions and activation functions into the epilogue of the operator that made their input.

import { activationNames } from '../../wgsl/activation/epilogue.ts';
import { consumers, type Graph, rewrite } from '../graph/graph.ts';
import { sameShape, type Value } from '../graph/value.ts';

const activations = new Set<string>(activationNames);

export function fuseEpilogue(graph: Graph): Graph {
  const readers = consumers(graph);
  const outputs = new Set(Object.values(graph.outputs));
  // A value that only the fused operator reads may take that operator into itself.
  const own = (value: Value | undefined) => value && readers.get(value)?.length === 1 && !outputs.has(value);

  return rewrite(graph, (value, before) => {
    const name = value.operator?.name ?? '';
    if (activations.has(name) && own(before.inputs.x)) return withActivation(value.inputs.x, name, value);
    if (name === 'add') {
      if (own(before.inputs.a)) {
        const fused = withResidual(value.inputs.a, value.inputs.b, value);
        if (fused) return fused;
      }
      if (own(before.inputs.b)) return withResidual(value.inputs.b, value.inputs.a, value);
    }
    return undefined;
  });
}

function withActivation(source: Value | undefined, activation: string, value: Value): Value | undefined {
  if (!source?.operator?.epilogue || source.attributes.activation) return undefined;
  const { slope = null } = value.attributes;
  return { ...source, attributes: { ...source.attributes, activation, slope } };
}

function withResidual(source: Value | undefined, residual: Value | undefined, sum: Value): Value | undefined {
  if (!source?.operator?.inputs.includes('residual?') || !residual) return undefined;
  if (source.inputs.residual || source.attributes.activation || !sameShape(source.shape, residual.shape))
    return undefined;
  // An activation the sum already carries goes along.
  const { activation = null, slope = null } = sum.attributes;
  return {
    ...source,
    inputs: { ...source.inputs, residual },
    attributes: { ...source.attributes, activation, slope },
  };
}
