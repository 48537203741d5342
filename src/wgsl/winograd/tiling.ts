// How an image is cut into Winograd's tiles, and where the filters of his domain lie.

import {
  type ImageLayout,
  imageLayout,
  NO_HALO,
  type PackedLayout,
  type TextureLayout,
} from '../../runtime/plan/layout.ts';
import { broadcastLanes } from '../conv2d/broadcast_lanes.ts';
import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import type { Geometry } from '../conv2d/geometry.ts';
import { panelElements, panelsOf, weightTexture } from '../conv2d/pack_texture.ts';
import type { Call } from '../op.ts';

/** Pixels of a tile's side: those that are made, and those that are read. */
export interface Form {
  readonly made: 2 | 4;
  readonly side: 4 | 6;
}

export interface Tiling {
  readonly tilesH: number;
  readonly tilesW: number;
  readonly tiles: number;
}

/** Of what a convolution makes. */
export function tiling({ outH, outW }: Pick<Geometry, 'outH' | 'outW'>, { made }: Form): Tiling {
  const tilesH = Math.ceil(outH / made);
  const tilesW = Math.ceil(outW / made);
  return { tilesH, tilesW, tiles: tilesH * tilesW };
}

/** Of subgroups of four a buffer, else a texture; null where the adapter's are too small. */
export function filterLayout(
  call: Call<Conv2dAttributes>,
  { side }: Form,
  rows: number,
): TextureLayout | PackedLayout | null {
  const lanes = broadcastLanes(call);
  const points = side * side;
  if (lanes !== 4) return weightTexture(call, points * panelsOf(call, lanes), rows, lanes);
  const elements = points * panelElements(call, rows, lanes);
  const fits = 4 * elements <= call.facts.limits.maxStorageBufferBindingSize;
  return fits ? { kind: 'packed', elements, elementsPerImage: 0 } : null;
}

/** Tiles of one point as the pixels of an image, `written` channels each. */
export function tileRow(channels: number, tiles: number, written: number): ImageLayout {
  return imageLayout(['n', channels, 1, tiles], { halo: NO_HALO, block: written });
}
