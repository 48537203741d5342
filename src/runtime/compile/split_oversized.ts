// Splits a layer whose weights are larger than one binding may be (VGG's first linear layer has 411 MB; lavapipe binds 128 MiB)
// into layers over some of its output channels each, written next to each other by place_concat.

import { concat } from '../../wgsl/concat/concat.ts';
import { type Graph, rewrite } from '../graph/graph.ts';
import { atBatch, type Value } from '../graph/value.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import { GRAIN, largestWeight, packedBytes } from './oversized.ts';

// Operators whose every input has a row for each output channel: rows of the result are made of the inputs' rows.
const rowWise = new Set(['fold_weight', 'fold_bias']);

export function splitOversized(graph: Graph, facts: AdapterFacts): Graph {
  const limit = largestWeight(facts);
  return rewrite(graph, (value) => {
    const { w, bias, residual } = value.inputs;
    const splits =
      value.operator?.name === 'linear' || (value.operator?.name === 'conv2d' && value.attributes.groups === 1);
    if (!splits || !w || residual || !splittable(w) || (bias && !splittable(bias))) return undefined;
    const bytes = packedBytes(w.shape);
    return bytes > limit ? split(value, w, Math.ceil(bytes / limit)) : undefined;
  });
}

function split(value: Value, w: Value, atLeast: number): Value {
  const filters = atBatch(w.shape[0] ?? 1, 1);
  const step = Math.max(GRAIN, Math.floor(filters / atLeast / GRAIN) * GRAIN);
  const parts: Record<string, Value> = {};
  for (let from = 0; from < filters; from += step) {
    const to = Math.min(filters, from + step);
    parts[Object.keys(parts).length] = {
      ...value,
      shape: value.shape.toSpliced(1, 1, to - from),
      inputs: {
        ...value.inputs,
        w: rows(w, from, to),
        ...(value.inputs.bias && { bias: rows(value.inputs.bias, from, to) }),
      },
    };
  }
  return concat.of(parts, {}, value.name);
}

function splittable(weights: Value): boolean {
  if (weights.kind === 'parameter') return true;
  return rowWise.has(weights.operator?.name ?? '') && Object.values(weights.inputs).every(splittable);
}

/** Rows of a parameter, which the loader fills with that range of the tensor's first dimension, or of what is computed from them. */
function rows(value: Value, from: number, to: number): Value {
  const shape = value.shape.toSpliced(0, 1, to - from);
  if (value.kind === 'parameter') return { ...value, shape, attributes: { rows: [from, to] } };
  const inputs = Object.entries(value.inputs).map(([key, input]) => [key, rows(input, from, to)]);
  return { ...value, shape, inputs: Object.fromEntries(inputs) };
}
