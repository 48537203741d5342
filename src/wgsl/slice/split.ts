// Splitting along the channels as torch does. Apart from the slices that it makes: who learns needs those, and may never split.

import { GraphError } from '../../runtime/errors.ts';
import type { Value } from '../../runtime/graph/value.ts';
import { imageSize } from '../../runtime/plan/layout.ts';
import { slice } from './slice.ts';

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
