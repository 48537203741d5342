// The frames that simple kernels share: one invocation for each vector of four channels, or for each float, of an image y.

import type { ImageLayout } from '../../runtime/plan/layout.ts';
import type { BufferRef, Step } from '../../runtime/plan/program.ts';
import { defineKernel } from '../kernel.ts';
import eachChannelText from './each_channel.wgsl';
import eachQuadText from './each_quad.wgsl';
import { linearGrid } from './grid.ts';
import imageText from './image.wgsl';
import linearIndex from './linear_index.wgsl';
import { image, imageUniforms } from './strides.ts';

interface Framed {
  readonly name: string;
  /** The kernel's files, without the frame's. */
  readonly sources: readonly string[];
  readonly overrides?: Readonly<Record<string, number>>;
  /** Each image comes with its uniforms: x with those of `x: Image`. */
  readonly bind: Readonly<Record<string, BufferRef>> & { readonly y: BufferRef };
  /** What the kernel sees of an image that is bound, where that is a part of it. */
  readonly parts?: Readonly<Record<string, ImageLayout>>;
  /** Those beside the images' and `count`. */
  readonly uniforms?: Readonly<Record<string, number>>;
}

type FramedStep = Omit<Step, 'layer' | 'operator'>;

/** A kernel that gives `fn quad(at: Place) -> vec4f`, four channels of a pixel of y; written channels past the last become zero. */
export function eachQuad(framed: Framed): FramedStep {
  return each(framed, eachQuadText, 4);
}

/** A kernel that gives `fn channel(at: Place) -> f32`, a channel of a pixel of y; written channels past the last become zero. */
export function eachChannel(framed: Framed): FramedStep {
  return each(framed, eachChannelText, 1);
}

const WORKGROUP = 64;

function each(framed: Framed, frame: string, step: number): FramedStep {
  const { name, sources, overrides, bind, parts = {}, uniforms } = framed;
  const images = Object.entries(bind).flatMap(([key, { layout }]) =>
    layout.kind === 'image' ? [[key, parts[key] ?? layout] as const] : [],
  );
  const { written, height, width } = parts.y ?? image(bind.y);
  const perImage = (written / step) * height * width;
  const fixed = { ...Object.assign({}, ...images.map(([key, layout]) => imageUniforms(key, layout))), ...uniforms };
  return {
    kernel: defineKernel(name, [...sources, frame, imageText, linearIndex], overrides && { overrides }),
    bind,
    uniforms: (n) => ({ count: perImage * n, ...fixed }),
    grid: (n) => linearGrid(perImage * n, WORKGROUP),
  };
}
