// Where copies as texels lie: each is made for one dispatch, so that all dispatches share as many textures as one of them reads.

import { layoutBytes, type TexelsLayout, textureSize } from './layout.ts';
import type { PlannedTexture } from './plan.ts';
import type { Program } from './program.ts';

export interface PlacedTexels {
  /** Buffer id -> which of the textures. */
  readonly places: ReadonlyMap<number, number>;
  /** Each as large as the largest of what it holds in turn. */
  readonly textures: readonly PlannedTexture[];
  readonly bytes: number;
}

export function placeTexels(program: Program, batch: number): PlacedTexels {
  const places = new Map<number, number>();
  const keys: string[] = [];
  const textures: PlannedTexture[] = [];
  for (const { bind, copied = {} } of program.run) {
    // The largest of a dispatch shares with the largest of others.
    const refs = Object.keys(copied).map((name) => bind[name]!);
    refs.sort((a, b) => layoutBytes(b.layout, batch) - layoutBytes(a.layout, batch));
    for (const [nth, { id, layout }] of refs.entries()) {
      const format = (layout as TexelsLayout).half ? 'rgba16float' : 'rgba32float';
      const key = nth + format;
      if (!keys.includes(key)) keys.push(key);
      const index = keys.indexOf(key);
      const [width, height] = textureSize(layout as TexelsLayout, batch);
      textures[index] = [width, Math.max(height, textures[index]?.[1] ?? 0), format];
      places.set(id, index);
    }
  }
  const bytes = textures.map(([width, height, format]) => width * height * (format === 'rgba16float' ? 8 : 16));
  return { places, textures, bytes: bytes.reduce((sum, size) => sum + size, 0) };
}
