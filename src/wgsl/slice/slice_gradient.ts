// Channels put back among zeros: what a slice passes back. Slices that together are all of an image become one concatenation.

import * as z from 'zod/mini';
import { formatShape, type Value } from '../../runtime/graph/value.ts';
import { imageSize } from '../../runtime/plan/layout.ts';
import { positive, whole } from '../../runtime/whole_number.ts';
import { concat } from '../concat/concat.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachChannel } from '../shared/frame.ts';
import source from './slice_gradient.wgsl';

const attributes = z.object({
  /** The first channel that x becomes, of how many. */
  from: whole(0),
  channels: positive,
});
export type SliceGradientAttributes = z.infer<typeof attributes>;

const plain: Candidate<SliceGradientAttributes> = {
  name: 'slice_gradient',
  suits: () => 1,
  emit({ attributes: { from } }, emitter) {
    const bind = { x: emitter.input('x'), y: emitter.output };
    emitter.step(eachChannel({ name: 'slice_gradient', sources: [source], bind, uniforms: { first: from } }));
  },
};

/** x [n, C, H, W] or [n, C] -> [n, channels, H, W], zero but for C channels. */
export const sliceGradient = defineOp({
  name: 'slice_gradient',
  attributes,
  inputs: ['x'],
  shape(inputs, { from, channels }, fail) {
    const { shape } = activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail);
    if (from + imageSize(shape).channels > channels)
      throw fail(`${formatShape(shape)} from channel ${from} on is not within ${channels} channels`);
    return shape.with(1, channels);
  },
  kernels: [plain],
});

/** Summands of one gradient, those that are slices of it as one if they are all of it and none is twice. */
export function joinSlices(parts: readonly Value[]): readonly Value[] {
  const slices = parts.filter(({ operator }) => operator?.name === 'slice_gradient');
  const ordered = slices.toSorted((a, b) => Number(a.attributes.from) - Number(b.attributes.from));
  let to = 0;
  for (const {
    inputs,
    attributes: { from },
  } of ordered) {
    if (from !== to) return parts;
    to += imageSize(inputs.x?.shape ?? []).channels;
  }
  const [first] = ordered;
  if (ordered.length < 2 || to !== first?.attributes.channels) return parts;
  const joined = concat.of(Object.fromEntries(ordered.map(({ inputs }, i) => [i, inputs.x])), {}, first.name);
  return [joined, ...parts.filter((part) => !slices.includes(part))];
}
