// What losses have in common: a part of the loss for each pixel, made by a kernel of their own, and the total of the batch.

import * as z from 'zod/mini';
import { atBatch, hasBatch, type Value } from '../../runtime/graph/value.ts';
import { type ImageLayout, imageLayout, NO_HALO } from '../../runtime/plan/layout.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import type { Call, Candidate, Emitter } from '../op.ts';
import { eachPixel } from './each_pixel.ts';
import type { FramedImage } from './frame.ts';
import { image } from './image.ts';
import totalText from './loss_total.wgsl';
import { whole } from './whole.ts';

export const reduction = z._default(z.enum(['mean', 'sum']), 'mean');
export type Reduction = 'mean' | 'sum' | 'none';

/** A quiet NaN as a uniform: WGSL has no such constant. */
export const NAN_BITS = 0x7fc00000;

// From this many channels, one invocation a pixel is the slower way on a GPU.
const WIDE_CHANNELS = 128;

/** Pixels of all images of a batch. */
export function pixels({ height, width }: ImageLayout): (n: number) => number {
  return (n) => height * width * n;
}

/** How many numbers a mean over x is of. */
export function elements({ shape }: Value): (n: number) => number {
  return (n) => shape.reduce<number>((product, dim) => product * atBatch(dim, n), 1);
}

/** Candidates `name` and `name_wide` of a kernel that gives `fn pixel(at: Place, first: u32)` and goes through the channels of x. */
export function channelKernels<A>(
  name: string,
  emit: (call: Call<A>, emitter: Emitter, name: string, wide: boolean) => void,
): readonly Candidate<A>[] {
  const wideName = `${name}_wide`;
  return [
    { name, suits: () => 1, emit: (call, emitter) => emit(call, emitter, name, false) },
    {
      name: wideName,
      suits: ({ inputs, facts }) => (!facts.fallback && atBatch(inputs.x?.shape[1] ?? 1, 1) >= WIDE_CHANNELS ? 2 : 0.5),
      emit: (call, emitter) => emit(call, emitter, wideName, true),
    },
  ];
}

interface PartsKernel extends Omit<FramedImage, 'name' | 'bind'> {
  /** Without y. */
  readonly bind: Readonly<Record<string, BufferRef>>;
}

/**
 * The kernels of a loss. Theirs writes two channels for each pixel, its loss and what it weighs in a mean, or the loss alone where
 * each is asked for.
 */
export function lossKernels<A extends { readonly reduction: Reduction }>(
  name: string,
  framed: (call: Call<A>, emitter: Emitter) => PartsKernel,
): readonly Candidate<A>[] {
  return channelKernels<A>(name, (call, emitter, kernel, wide) => {
    const { value, inputs, attributes, block } = call;
    const shape = inputs.x?.shape ?? [];
    const parts = hasBatch(value)
      ? emitter.output
      : emitter.scratch('parts', imageLayout(shape.with(1, 2), { halo: NO_HALO, block }));
    const { bind, ...rest } = framed(call, emitter);
    emitter.step(eachPixel({ name: kernel, ...rest, bind: { ...bind, y: parts } }, wide));
    if (!hasBatch(value)) emitter.step(batchTotal(parts, emitter.output, attributes.reduction, wide));
  });
}

function batchTotal(parts: BufferRef, y: BufferRef, by: Reduction, wide: boolean) {
  const uniforms = { mean: by === 'mean' ? 1 : 0, nan: NAN_BITS };
  const name = wide ? 'loss_total_wide' : 'loss_total';
  return whole({ name, sources: [totalText], bind: { parts, y }, uniforms }, pixels(image(parts)), wide);
}
