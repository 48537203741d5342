// Some of an activation's channels, and splitting along the channels as torch does. Whole vectors of channels are not copied.

import * as z from 'zod/mini';
import { GraphError } from '../../runtime/errors.ts';
import { formatShape, type Value } from '../../runtime/graph/value.ts';
import { channelSlice, imageSize } from '../../runtime/plan/layout.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachChannel } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import source from './slice.wgsl';

const attributes = z.object({
  /** The first channel, and the one behind the last. */
  from: z.int().check(z.nonnegative()),
  to: z.int().check(z.positive()),
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

/** Parts of `sizes` channels each, in order. Throws GraphError unless they add up to x's channels. */
export function split(x: Value, sizes: readonly number[], name: string): Value[] {
  const { channels } = imageSize(x.shape);
  if (sizes.reduce((sum, size) => sum + size, 0) !== channels)
    throw new GraphError('shape_mismatch', `split(${name}): sizes ${sizes} do not add up to ${channels} channels`);
  let to = 0;
  return sizes.map((size) => {
    to += size;
    return slice.of({ x }, { from: to - size, to }, name);
  });
}

/** torch.chunk along the channels: parts of ceil(C / chunks), the last one smaller, and fewer parts where that is enough. */
export function chunk(x: Value, chunks: number, name: string): Value[] {
  if (!Number.isInteger(chunks) || chunks < 1)
    throw new GraphError('invalid_attribute', `chunk(${name}): chunks must be a positive integer and is ${chunks}`);
  const { channels } = imageSize(x.shape);
  const size = Math.ceil(channels / chunks);
  const count = Math.ceil(channels / size);
  return split(
    x,
    Array.from({ length: count }, (_, i) => Math.min(size, channels - i * size)),
    name,
  );
}
