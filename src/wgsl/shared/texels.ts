// Copies as texels, of which kernels for Mesa's driver for CPUs read.

import { imageSize, type Layout, roundUp, SLACK, type TexelsLayout } from '../../runtime/plan/layout.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import type { Call, Emitter } from '../op.ts';
import texel from './texel.wgsl';
import xTexels from './x_texels.wgsl';

/** For a copy of what lies in an image or is packed. */
export function texelsOf(layout: Layout): TexelsLayout {
  const half = 'half' in layout && layout.half ? { half: true as const } : {};
  if (layout.kind === 'image') return { kind: 'texels', elements: SLACK, elementsPerImage: layout.image, ...half };
  if (layout.kind !== 'packed') throw new TypeError(`what is laid out as ${layout.kind} is not copied`);
  return { ...layout, kind: 'texels' };
}

/** What a kernel reads by `load_x`: the files that give it, what is bound to `x`, and what is copied. */
export interface ReadTexels {
  readonly sources: readonly string[];
  readonly read: BufferRef;
  readonly copied: Readonly<Record<string, BufferRef>>;
}

/** x by way of a copy. */
export function asTexels(emitter: Emitter, x: BufferRef, name = 'texels'): ReadTexels {
  return { sources: [xTexels, texel], read: emitter.scratch(name, texelsOf(x.layout)), copied: { x } };
}

/** Bytes of the copies that a kernel of texels reads, for one image. */
export function texelBytes({ inputs, block }: Pick<Call, 'inputs' | 'block'>): number {
  return [inputs.x, inputs.residual].reduce((sum, value) => {
    if (!value) return sum;
    const { channels, height, width } = imageSize(value.shape);
    return sum + 4 * roundUp(channels, block) * height * width;
  }, 0);
}
