// Depthwise filters as texels, once, when a model is loaded.

import { elementCount } from '../../runtime/graph/value.ts';
import { imageSize, type TextureLayout } from '../../runtime/plan/layout.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import put from '../conv2d/put_texture.wgsl';
import type { Call, Emitter } from '../op.ts';
import { each } from '../shared/frame.ts';
import source from './depthwise_filters.wgsl';

/** A row of texels for each tap; null where the adapter's textures are too small. */
export function filterTexture({ inputs: { x }, facts }: Call, taps: number): TextureLayout | null {
  const width = Math.ceil(imageSize(x?.shape ?? []).channels / 4);
  return Math.max(width, taps) <= facts.limits.maxTextureDimension2D ? { kind: 'texture', width, height: taps } : null;
}

/** `w` [C, ...], and `bias` as one more tap. */
export function packFilters(call: Call, emitter: Emitter, w: BufferRef, bias?: BufferRef): BufferRef {
  if (w.layout.kind !== 'rows') throw new TypeError(`filters are laid out as ${w.layout.kind}`);
  const { channels } = imageSize(call.inputs.x?.shape ?? []);
  const taps = elementCount(w.layout.shape) / channels;
  const layout = filterTexture(call, bias ? taps + 1 : taps);
  if (!layout) throw new TypeError(`the filters of ${call.value.name} do not fit into a texture`);
  const packed = emitter.scratch(bias ? 'd' : 'weights', layout);
  const bind = { w, packed, bias: bias ?? w };
  const uniforms = { channels, taps, width: layout.width };
  emitter.step(
    each({ name: 'depthwise_filters', sources: [source, put], bind, uniforms }, () => layout.width * layout.height),
  );
  return packed;
}
