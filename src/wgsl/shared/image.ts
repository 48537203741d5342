// An image's place in memory, as kernels get it: the fields of `x: Image` in Params.

import type { ImageLayout, Layout } from '../../runtime/plan/layout.ts';

/** The layout of an activation; every activation is laid out as an image. */
export function image({ layout }: { readonly layout: Layout }): ImageLayout {
  if (layout.kind !== 'image') throw new TypeError(`an activation is laid out as ${layout.kind}`);
  return layout;
}

// Those of `struct Image` in image.wgsl.
const FIELDS = ['offset', 'image', 'row', 'pixel', 'height', 'width', 'channels', 'written'] as const;

/** Uniforms of the field `name`; all zero where there is no image. */
export function imageUniforms(name: string, layout: ImageLayout | undefined): Record<string, number> {
  return Object.fromEntries(FIELDS.map((field) => [`${name}.${field}`, layout?.[field] ?? 0]));
}
