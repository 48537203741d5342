// A channel shuffle of two images that were concatenated for it reads them where they are, and makes only what is read of it.

import { interleave } from '../../wgsl/channel_shuffle/interleave.ts';
import { type Graph, rewrite } from '../graph/graph.ts';
import { sameShape, type Value } from '../graph/value.ts';
import { imageSize } from '../plan/layout.ts';

/** channel_shuffle(concat(a, b), 2) becomes interleave(a, b), and a slice of that an interleave of fewer channels. */
export function fuseShuffle(graph: Graph): Graph {
  return rewrite(graph, (value) => {
    const { x } = value.inputs;
    const name = value.operator?.name;
    if (name === 'channel_shuffle' && x?.operator?.name === 'concat')
      return interleaved(value, Object.values(x.inputs));
    if (name === 'slice' && x?.operator === interleave) return part(value, x);
    return undefined;
  });
}

function interleaved({ name, shape, attributes }: Value, parts: readonly Value[]): Value | undefined {
  const [a, b] = parts;
  if (attributes.groups !== 2 || parts.length !== 2 || !a || !b || !sameShape(a.shape, b.shape)) return undefined;
  return interleave.of({ a, b }, { from: 0, to: imageSize(shape).channels }, name);
}

function part({ name, attributes }: Value, { inputs, attributes: whole }: Value): Value {
  const first = Number(whole.from);
  return interleave.of(inputs, { from: first + Number(attributes.from), to: first + Number(attributes.to) }, name);
}
