// Copies as texels, of which kernels for Mesa's driver for CPUs read.

import { imageSize, type Layout, roundUp, SLACK, type TexelsLayout } from '../../runtime/plan/layout.ts';
import type { Call } from '../op.ts';

/** For a copy of what lies in an image or is packed. */
export function texelsOf(layout: Layout): TexelsLayout {
  const half = 'half' in layout && layout.half ? { half: true as const } : {};
  if (layout.kind === 'image') return { kind: 'texels', elements: SLACK, elementsPerImage: layout.image, ...half };
  if (layout.kind !== 'packed') throw new TypeError(`what is laid out as ${layout.kind} is not copied`);
  return { ...layout, kind: 'texels' };
}

/** Bytes of the copies that a kernel of texels reads, for one image. */
export function texelBytes({ inputs, block }: Pick<Call, 'inputs' | 'block'>): number {
  return [inputs.x, inputs.residual].reduce((sum, value) => {
    if (!value) return sum;
    const { channels, height, width } = imageSize(value.shape);
    return sum + 4 * roundUp(channels, block) * height * width;
  }, 0);
}
