// Between the public face's NCHW and the runtime's channels-last images. `lower` puts these steps at both ends of a program.

import type { BufferRef, Step } from '../../runtime/plan/program.ts';
import { each } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import imageToRowsText from './image_to_rows.wgsl';
import rowsToImageText from './rows_to_image.wgsl';

/** x: rows of [n, c, h, w]; y: the same as an image. */
export function rowsToImage(layer: string, x: BufferRef, y: BufferRef): Step {
  const { written, height, width } = image(y);
  const runs = Math.ceil(written / 4);
  const step = each(
    { name: 'rows_to_image', sources: [rowsToImageText], bind: { x, y }, uniforms: { runs } },
    (n) => runs * height * width * n,
  );
  return { ...step, layer, operator: 'rows_to_image' };
}

/** x: an image; y: its rows. */
export function imageToRows(layer: string, x: BufferRef, y: BufferRef): Step {
  const { channels, height, width } = image(x);
  const step = each(
    { name: 'image_to_rows', sources: [imageToRowsText], bind: { x, y } },
    (n) => channels * height * width * n,
  );
  return { ...step, layer, operator: 'image_to_rows' };
}
