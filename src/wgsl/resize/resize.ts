// Bilinear and bicubic resizing, as torch's interpolate does it with align_corners off.

import * as z from 'zod/mini';
import { imageSize } from '../../runtime/plan/layout.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import source from './resize.wgsl';

const side = z.int().check(z.positive());
const attributes = z.object({
  /** Height and width of the result. */
  size: z.tuple([side, side]),
  mode: z._default(z.enum(['bilinear', 'bicubic']), 'bilinear'),
  /** Whether the kernel widens with the reduction. */
  antialias: z._default(z.boolean(), false),
});
export type ResizeAttributes = z.infer<typeof attributes>;

// The kernel counts in units of half a pixel over the other image, in 32 bits.
const LARGEST = 2 ** 31 - 1;

const plain: Candidate<ResizeAttributes> = {
  name: 'resize',
  suits: () => 1,
  emit({ attributes: { mode, antialias } }, emitter) {
    const x = emitter.input('x');
    const { height, width } = image(x);
    const y = image(emitter.output);
    const cubic = mode === 'bicubic';
    emitter.step(
      eachQuad({
        name: 'resize',
        sources: [source],
        bind: { x, y: emitter.output },
        uniforms: {
          den_h: 2 * (antialias ? Math.max(height, y.height) : y.height),
          den_w: 2 * (antialias ? Math.max(width, y.width) : y.width),
          reach: cubic ? 2 : 1,
          antialias: antialias ? 1 : 0,
          cubic: cubic ? 1 : 0,
          // Pillow's constant where torch follows it, torch's own elsewhere.
          a: antialias ? -0.5 : -0.75,
        },
      }),
    );
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
