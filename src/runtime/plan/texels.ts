// Where copies as texels lie: each is made for one dispatch, so that all dispatches share as many textures as one of them reads.

import { type TexelsLayout, textureSize } from './layout.ts';
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
  for (const { bind, copied = {} } of program.run)
    for (const [nth, name] of Object.keys(copied).entries()) {
      const { id, layout } = bind[name]!;
      const format = (layout as TexelsLayout).half ? 'rgba16float' : 'rgba32float';
      const key = nth + format;
      if (!keys.includes(key)) keys.push(key);
      const index = keys.indexOf(key);
      const [width, height] = textureSize(layout as TexelsLayout, batch);
      textures[index] = [width, Math.max(height, textures[index]?.[1] ?? 0), format];
      places.set(id, index);
    }
  const bytes = textures.map(([width, height, format]) => width * height * (format === 'rgba16float' ? 8 : 16));
  return { places, textures, bytes: bytes.reduce((sum, size) => sum + size, 0) };
}
