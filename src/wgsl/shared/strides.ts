// An image's place in memory as uniforms: the fields of `x: Image`, or `x_offset`, `x_image`, `x_row`, `x_pixel`.

import type { ImageLayout, Layout } from '../../runtime/plan/layout.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';

/** The layout of an activation; every activation is laid out as an image. */
export function image({ layout }: { readonly layout: Layout }): ImageLayout {
  if (layout.kind !== 'image') throw new TypeError(`an activation is laid out as ${layout.kind}`);
  return layout;
}

export function strideUniforms(prefix: string, ref: BufferRef | undefined): Record<string, number> {
  const { offset, image: perImage, row, pixel } = ref ? image(ref) : { offset: 0, image: 0, row: 0, pixel: 0 };
  return {
    [`${prefix}_offset`]: offset,
    [`${prefix}_image`]: perImage,
    [`${prefix}_row`]: row,
    [`${prefix}_pixel`]: pixel,
  };
}

const FIELDS = ['offset', 'image', 'row', 'pixel', 'height', 'width', 'channels', 'written'] as const;

/** The fields of `struct Image` in image.wgsl; all zero where there is no image. */
export function imageUniforms(name: string, layout: ImageLayout | undefined): Record<string, number> {
  return Object.fromEntries(FIELDS.map((field) => [`${name}.${field}`, layout?.[field] ?? 0]));
}
