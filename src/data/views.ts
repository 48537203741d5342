// Several views of one picture for evaluation, whose softmax outputs are averaged by the caller.
//
// A. Krizhevsky, I. Sutskever, G. Hinton: ImageNet Classification with Deep Convolutional Neural Networks, 2012,
// section 4.1: the four corner crops and the centre crop of the central square, and their mirror images.

import { frame } from '../image/frame.ts';
import type { Pixels } from '../image/pixels.ts';
import { cropSpan, resizedSize } from '../image/preprocess.ts';
import type { Preprocess } from '../image/preprocess_spec.ts';
import type { Canvas } from './canvas.ts';
import { flip } from './steps.ts';
import { Transformer, toPicture } from './transform.ts';

/**
 * `centre`: as classify sees it. `flipped`: that and its mirror image. `five`: corners and centre. `ten`: those and
 * their mirrors.
 */
export type ViewKind = 'centre' | 'flipped' | 'five' | 'ten';

/** A network's inputs: [views, channels, height, width] float32, row-major. */
export interface Views {
  readonly data: Float32Array<ArrayBuffer>;
  readonly shape: readonly [views: number, channels: number, height: number, width: number];
}

/**
 * The views of a picture: the centre first, then the corners (top left, top right, bottom left, bottom right), then
 * the mirrors in the same order. Corners are those of the central square whose side is `preprocess.resize`. Throws
 * UsageError as preprocess does.
 */
export function views(pixels: Pixels, preprocess: Preprocess, kind: ViewKind): Views {
  const { resize, crop, interpolation, antialias, mean } = preprocess;
  const picture = toPicture(pixels, mean.length);
  const full = resizedSize(picture.width, picture.height, resize);
  const square = { left: start(full.width, resize), top: start(full.height, resize) };
  const centre = { left: start(full.width, crop), top: start(full.height, crop) };
  const spare = Math.max(0, resize - crop);
  const corners = [0, spare].flatMap((down) =>
    [0, spare].map((along) => ({ left: square.left + along, top: square.top + down })),
  );
  const many = kind === 'five' || kind === 'ten';
  const mirrored = kind === 'flipped' || kind === 'ten';
  const places = many && spare > 0 ? [centre, ...corners] : many ? Array.from({ length: 5 }, () => centre) : [centre];

  const size = mean.length * crop * crop;
  const data = new Float32Array(places.length * (mirrored ? 2 : 1) * size);
  const transformer = new Transformer({ preprocess: { ...preprocess, resize: crop }, augment: [] });
  places.forEach((corner, i) => {
    const window = { ...corner, width: crop, height: crop };
    transformer.writePicture(frame(picture, { ...full, interpolation, antialias }, window), data, i * size);
  });
  if (mirrored) {
    const half = data.length / 2;
    const upright: Canvas = { width: crop, height: crop, channels: half / (crop * crop), data: data.subarray(0, half) };
    data.set(flip(upright, 'horizontal').data, half);
  }
  return { data, shape: [data.length / size, mean.length, crop, crop] };
}

/** Where a centre crop begins; before the picture where that is smaller. */
function start(size: number, crop: number): number {
  const { from, before } = cropSpan(size, crop);
  return from - before;
}
