// Some of an activation's channels. Whole vectors of channels are not copied.

import * as z from 'zod/mini';
import { formatShape } from '../../runtime/graph/value.ts';
import { channelSlice, imageSize } from '../../runtime/plan/layout.ts';
import { positive, whole } from '../../runtime/whole_number.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachChannel } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import source from './slice.wgsl';

const attributes = z.object({
  /** The first channel, and the one behind the last. */
  from: whole(0),
  to: positive,
});
type SliceAttributes = z.infer<typeof attributes>;

// The widest block that `lower` pads channels to: such a slice looks to every kernel as if it lay alone.
const GRAIN = 8;

const plain: Candidate<SliceAttributes> = {
  name: 'slice',
  suits: () => 1,
  emit({ attributes: { from, to } }, emitter) {
    const x = emitter.input('x');
    emitter.step(
      eachChannel({
        name: 'slice',
        sources: [source],
        bind: { x, y: emitter.output },
        parts: { x: channelSlice(image(x), from, to - from) },
      }),
    );
  },
};

/** x [n, C, H, W] or [n, C] -> its channels `from` up to, without, `to`. */
export const slice = defineOp({
  name: 'slice',
  attributes,
  inputs: ['x'],
  shape(inputs, { from, to }, fail) {
    const { shape } = activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail);
    if (from >= to || to > imageSize(shape).channels)
      throw fail(`channels ${from} up to ${to} are not within ${formatShape(shape)}`);
    return shape.toSpliced(1, 1, to - from);
  },
  view({ attributes }, input) {
    const { from, to } = attributes as SliceAttributes;
    if (input.kind !== 'image' || [from, to, input.pixel].some((channels) => channels % GRAIN !== 0)) return null;
    return channelSlice(input, from, to - from);
  },
  rewrite({ name, inputs: { x }, attributes }) {
    const { from, to } = attributes as SliceAttributes;
    return x?.operator?.sliced?.(x, from, to, name);
  },
  kernels: [plain],
});
