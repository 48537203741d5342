// Bilinear and bicubic resizing, as torch's interpolate does it with align_corners off.

import * as z from 'zod/mini';
import { type ImageLayout, imageSize } from '../../runtime/plan/layout.ts';
import { wholes } from '../attributes.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import source from './resize.wgsl';
import weight from './resize_weight.wgsl';

export const resizeAttributes = {
  /** Height and width of the result. */
  size: wholes(2, 1),
  mode: z._default(z.enum(['bilinear', 'bicubic']), 'bilinear'),
  /** Whether the kernel widens with the reduction. */
  antialias: z._default(z.boolean(), false),
};
const attributes = z.object(resizeAttributes);
export type ResizeAttributes = z.infer<typeof attributes>;

// The kernel counts in units of half a pixel over the other image, in 32 bits.
const LARGEST = 2 ** 31 - 1;

/** The kernel's uniforms beside the images', for an image `from` that becomes one of size `to`. */
export function resizeUniforms(
  { mode, antialias }: Pick<ResizeAttributes, 'mode' | 'antialias'>,
  from: ImageLayout,
  to: ImageLayout,
): Record<string, number> {
  const cubic = mode === 'bicubic';
  return {
    den_h: 2 * (antialias ? Math.max(from.height, to.height) : to.height),
    den_w: 2 * (antialias ? Math.max(from.width, to.width) : to.width),
    reach: cubic ? 2 : 1,
    antialias: antialias ? 1 : 0,
    cubic: cubic ? 1 : 0,
    // Pillow's constant where torch follows it, torch's own elsewhere.
    a: antialias ? -0.5 : -0.75,
  };
}

const plain: Candidate<ResizeAttributes> = {
  name: 'resize',
  suits: () => 1,
  emit({ attributes }, emitter) {
    const x = emitter.input('x');
    const uniforms = resizeUniforms(attributes, image(x), image(emitter.output));
    emitter.step(eachQuad({ name: 'resize', sources: [source, weight], bind: { x, y: emitter.output }, uniforms }));
  },
};

/** x [n, C, H, W] -> [n, C, ...size]. */
export const resize = defineOp({
  name: 'resize',
  attributes,
  inputs: ['x'],
  shape(inputs, { size }, fail) {
    const { shape } = activation(inputs, 'x', 4, fail);
    const { channels, height, width } = imageSize(shape);
    for (const [from, to] of [
      [height, size[0]],
      [width, size[1]],
    ] as const)
      if (2 * (from + 4) * (to + 4) + 8 * Math.max(from, to) > LARGEST)
        throw fail(`${from} pixels cannot be resized to ${to}: their product is too large`);
    return ['n', channels, ...size];
  },
  kernels: [plain],
});
