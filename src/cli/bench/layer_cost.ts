// What a layer asks of an adapter at least, and how near to that adapter's roof a kernel comes (Williams et al. 2009).

import type { Roof } from '../../runtime/device/roof/roof.ts';
import { atBatch, type Shape } from '../../runtime/graph/value.ts';
import type { Layer } from './layers.ts';

export interface LayerCost {
  /** As the definition counts, two to a multiply-add. */
  readonly flops: number;
  /** Every input and parameter read once, every result written once, as f32. */
  readonly bytes: number;
}

export function costOf({ value, batch, flops }: Layer): LayerCost {
  const elements = (shape: Shape) => shape.reduce<number>((product, dim) => product * atBatch(dim, batch), 1);
  const shapes = [...Object.values(value.inputs), value].map(({ shape }) => elements(shape));
  return { flops, bytes: 4 * shapes.reduce((sum, count) => sum + count, 0) };
}

/** Bytes a second, 10^9 of them: the better of reading and copying. */
export const bandwidthOf = ({ readGbytes, copyGbytes }: Pick<Roof, 'readGbytes' | 'copyGbytes'>): number =>
  Math.max(readGbytes, copyGbytes);

/** Milliseconds that the roof allows: what takes longer of arithmetic and memory. */
export function roofMs({ flops, bytes }: LayerCost, roof: Roof): number {
  return Math.max(flops / roof.f32Gflops, bytes / bandwidthOf(roof)) / 1e6;
}
