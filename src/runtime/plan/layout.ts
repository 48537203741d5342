// How a value lies in memory. `lower` decides it and writes it on the buffer; kernels get it as strides in their uniforms.

import { atBatch, type Shape } from '../graph/value.ts';

/** Border of zeros around each image, in pixels, so that a kernel's inner loop needs no masks. */
export interface Halo {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export const NO_HALO: Halo = { top: 0, left: 0, bottom: 0, right: 0 };

/**
 * An activation: channels innermost. Element (n, c, h, w) is at `offset + n*image + h*row + w*pixel + c`, all in elements.
 * `written` channels (a multiple of 4, or `channels` where pixels follow each other) exist for every pixel, those past `channels` as zeros.
 */
export interface ImageLayout {
  readonly kind: 'image';
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly halo: Halo;
  readonly written: number;
  readonly pixel: number;
  readonly row: number;
  readonly image: number;
  readonly offset: number;
  /** Elements are f16, else f32. */
  readonly half: boolean;
}

/** Row-major without gaps, as PyTorch holds it: parameters, and what goes in and out. */
export interface RowsLayout {
  readonly kind: 'rows';
  readonly shape: Shape;
}

/** A kernel's own order, known by its size only: packed weights and scratch. Sizes are numbers, for all and for each image. */
export interface PackedLayout {
  readonly kind: 'packed';
  readonly elements: number;
  readonly elementsPerImage: number;
  /** Numbers are f16, two in a word, else f32. */
  readonly half?: true;
}

/** Packed weights in a texture of four numbers a texel, which software drivers read faster than a buffer. Sizes in texels. */
export interface TextureLayout {
  readonly kind: 'texture';
  readonly width: number;
  readonly height: number;
  /** Numbers are f16, else f32. */
  readonly half?: true;
}

/**
 * What a buffer holds, copied as texels of four numbers, TEXELS_ACROSS a row: a CPU that plays the GPU reads four of a texture at once
 * where it reads a buffer lane by lane, each with a branch, and copies by the row. Sizes as of `PackedLayout`.
 */
export interface TexelsLayout {
  readonly kind: 'texels';
  readonly elements: number;
  readonly elementsPerImage: number;
  readonly half?: true;
}

export type Layout = ImageLayout | RowsLayout | PackedLayout | TextureLayout | TexelsLayout;

export interface ImageNeeds {
  readonly halo: Halo;
  /** Channels are padded to a multiple of this. */
  readonly block: number;
  /** The lesser multiple that suffices; 1, no padding: pixels follow each other, and a row of a few channels is read as one run. */
  readonly tight?: number;
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Channels, height and width of an activation; [n, features] counts as features x 1 x 1. */
export function imageSize(shape: Shape): { channels: number; height: number; width: number } {
  const [, channels = 1, height = 1, width = 1] = shape.map((dim) => atBatch(dim, 1));
  return { channels, height, width };
}

export function imageLayout(shape: Shape, { halo, block, tight = block }: ImageNeeds, half = false): ImageLayout {
  const { channels, height, width } = imageSize(shape);
  const pixel = roundUp(channels, tight);
  const row = roundUp((width + halo.left + halo.right) * pixel, 4);
  return {
    kind: 'image',
    channels,
    height,
    width,
    halo,
    written: pixel,
    pixel,
    row,
    image: (height + halo.top + halo.bottom) * row,
    offset: halo.top * row + halo.left * pixel,
    half,
  };
}

/** The part of `root` that starts at channel `from`: what a value placed inside a concatenated buffer sees. */
export function channelSlice(root: ImageLayout, from: number, channels: number): ImageLayout {
  return { ...root, channels, written: channels, offset: root.offset + from };
}

export function hasHalo({ halo }: ImageLayout): boolean {
  return halo.top + halo.left + halo.bottom + halo.right > 0;
}

/** Texels of a row of `TexelsLayout`; texel.wgsl counts on it. */
export const TEXELS_ACROSS = 2048;
export const TEXEL_ROW_BYTES = 16 * TEXELS_ACROSS;

/** Width and height in texels at a batch of `n`. */
export function textureSize(layout: TextureLayout | TexelsLayout, n: number): readonly [number, number] {
  if (layout.kind === 'texture') return [layout.width, layout.height];
  return [TEXELS_ACROSS, Math.ceil((layout.elements + layout.elementsPerImage * n) / (4 * TEXELS_ACROSS))];
}

// Kernels that read a run of channels may pass the last pixel by less than this many elements.
export const SLACK = 32;

/** Size in bytes at a batch of `n`. */
export function layoutBytes(layout: Layout, n: number): number {
  const number = 'half' in layout && layout.half ? 2 : 4;
  switch (layout.kind) {
    case 'image':
      return number * (layout.image * n + SLACK);
    case 'rows':
      return (
        4 *
        roundUp(
          layout.shape.reduce<number>((product, dim) => product * atBatch(dim, n), 1),
          4,
        )
      );
    case 'packed':
      return number * roundUp(layout.elements + layout.elementsPerImage * n, 4);
    case 'texture':
    case 'texels': {
      const [width, height] = textureSize(layout, n);
      return 4 * number * width * height;
    }
  }
}
