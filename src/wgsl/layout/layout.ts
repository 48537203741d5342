// Between the public face's NCHW and the runtime's channels-last images. `lower` puts these steps at both ends of a program.

import type { BufferRef, Step } from '../../runtime/plan/program.ts';
import { defineKernel } from '../kernel.ts';
import { linearGrid } from '../shared/grid.ts';
import linearIndex from '../shared/linear_index.wgsl';
import { image, strideUniforms } from '../shared/strides.ts';
import imageToRowsText from './image_to_rows.wgsl';
import rowsToImageText from './rows_to_image.wgsl';

/** x: rows of [n, c, h, w]; y: the same as an image. */
export function rowsToImage(layer: string, x: BufferRef, y: BufferRef): Step {
  const { channels, height, width, written } = image(y);
  const perImage = written * height * width;
  return {
    kernel: defineKernel('rows_to_image', [rowsToImageText, linearIndex]),
    layer,
    operator: 'rows_to_image',
    bind: { x, y },
    uniforms: (n) => ({ count: perImage * n, channels, height, width, written, ...strideUniforms('y', y) }),
    grid: (n) => linearGrid(perImage * n, 64),
  };
}

/** x: an image; y: its rows. */
export function imageToRows(layer: string, x: BufferRef, y: BufferRef): Step {
  const { channels, height, width } = image(x);
  const perImage = channels * height * width;
  return {
    kernel: defineKernel('image_to_rows', [imageToRowsText, linearIndex]),
    layer,
    operator: 'image_to_rows',
    bind: { x, y },
    uniforms: (n) => ({ count: perImage * n, channels, height, width, ...strideUniforms('x', x) }),
    grid: (n) => linearGrid(perImage * n, 64),
  };
}
