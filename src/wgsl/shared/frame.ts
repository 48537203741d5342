// The frames that simple kernels share: one invocation for each item, and what an item is where an image y is made.

import type { ImageLayout } from '../../runtime/plan/layout.ts';
import type { BufferRef, Step } from '../../runtime/plan/program.ts';
import { defineKernel } from '../kernel.ts';
import eachText from './each.wgsl';
import eachChannelText from './each_channel.wgsl';
import eachQuadText from './each_quad.wgsl';
import { linearGrid } from './grid.ts';
import { image, imageUniforms } from './image.ts';
import imageText from './image.wgsl';
import linearIndex from './linear_index.wgsl';

export interface Framed {
  readonly name: string;
  /** The kernel's files, without the frame's. */
  readonly sources: readonly string[];
  readonly overrides?: Readonly<Record<string, number>>;
  readonly constants?: Readonly<Record<string, number>>;
  /** An image comes with its uniforms: x with those of `x: Image`. */
  readonly bind: Readonly<Record<string, BufferRef>>;
  /** What the kernel sees of an image that is bound, where that is a part of it. */
  readonly parts?: Readonly<Record<string, ImageLayout>>;
  /** Those beside the images' and `count`. */
  readonly uniforms?: Readonly<Record<string, number>>;
  flops?(n: number): number;
}

export interface FramedImage extends Framed {
  readonly bind: Framed['bind'] & { readonly y: BufferRef };
}

export type FramedStep = Omit<Step, 'layer' | 'operator'>;

/** A kernel that gives `fn item(i: u32)`, for `count` items. */
export function each(framed: Framed, count: (n: number) => number): FramedStep {
  return step(framed, [eachText], count);
}

/** A kernel that gives `fn quad(at: Place) -> vec4f`, four channels of a pixel of y; written channels past the last become zero. */
export function eachQuad(framed: FramedImage): FramedStep {
  const { written, height, width } = made(framed);
  return step(framed, [eachQuadText, eachText], (n) => (written / 4) * height * width * n);
}

/** A kernel that gives `fn channel(at: Place) -> f32`, a channel of a pixel of y; written channels past the last become zero. */
export function eachChannel(framed: FramedImage): FramedStep {
  const { written, height, width } = made(framed);
  return step(framed, [eachChannelText, eachText], (n) => written * height * width * n);
}

/** The image that a kernel makes, or the part of it. */
export function made({ bind, parts }: FramedImage): ImageLayout {
  return parts?.y ?? image(bind.y);
}

/** A kernel in a frame of these files. */
export function step(
  framed: Framed,
  frame: readonly string[],
  count: (n: number) => number,
  perGroup = 64,
): FramedStep {
  const { name, sources, overrides, constants, bind, parts, uniforms, flops } = framed;
  const images = Object.entries(bind).flatMap(([key, { layout }]) =>
    layout.kind === 'image' ? Object.entries(imageUniforms(key, parts?.[key] ?? layout)) : [],
  );
  const fixed = { ...Object.fromEntries(images), ...uniforms };
  return {
    kernel: defineKernel(name, [...sources, ...frame, imageText, linearIndex], {
      ...(overrides && { overrides }),
      ...(constants && { constants }),
    }),
    bind,
    uniforms: (n) => ({ count: count(n), ...fixed }),
    grid: (n) => linearGrid(count(n), perGroup),
    ...(flops && { flops }),
  };
}
