// Which part of a picture a random crop takes.

import { frame } from '../image/frame.ts';
import { resizedSize } from '../image/preprocess.ts';
import type { Preprocess } from '../image/preprocess_spec.ts';
import { type Picture, resize } from '../image/resize.ts';
import { exponential, logarithm } from '../weights/real_functions.ts';
import type { Augmentation } from './augment.ts';
import { blank, type Canvas } from './canvas.ts';
import type { Draws } from './draws.ts';

type Step<Kind> = Extract<Augmentation, { kind: Kind }>;

/** A rectangle of a picture in pixels. */
interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const ATTEMPTS = 10;

/** torchvision's RandomResizedCrop.get_params: ten attempts, then the largest centre part whose shape is allowed. */
export function resizedCropPart(
  { width, height }: Picture,
  { scale, ratio }: Step<'randomResizedCrop'>,
  draws: Draws,
): Part {
  const logRatio = [logarithm(ratio[0]), logarithm(ratio[1])] as const;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = width * height * draws.uniform(scale);
    const shape = exponential(draws.uniform(logRatio));
    const part = { width: Math.round(Math.sqrt(area * shape)), height: Math.round(Math.sqrt(area / shape)) };
    if (part.width < 1 || part.height < 1 || part.width > width || part.height > height) continue;
    return { ...part, left: draws.integer(0, width - part.width), top: draws.integer(0, height - part.height) };
  }
  const shape = Math.min(ratio[1], Math.max(ratio[0], width / height));
  const wide = Math.max(1, Math.min(width, Math.round(height * shape)));
  const high = Math.max(1, Math.min(height, Math.round(width / shape)));
  return { width: wide, height: high, left: (width - wide) >> 1, top: (height - high) >> 1 };
}

/** A part of the picture, cut out and resized to the input. */
export function resizedCrop(
  picture: Picture,
  step: Step<'randomResizedCrop'>,
  { crop, interpolation, antialias }: Preprocess,
  draws: Draws,
): Picture {
  const part = resizedCropPart(picture, step, draws);
  const { width, height } = picture;
  const cut = frame(picture, { width, height, interpolation, antialias }, part);
  if (part.width === crop && part.height === crop) return cut;
  return resize(cut, { width: crop, height: crop, interpolation, antialias });
}

/**
 * The resized picture's part of the input's size; only that part is computed. Padding shows as black: `fill` has to
 * be 0.
 */
export function cropPicture(picture: Picture, step: Step<'randomCrop'>, spec: Preprocess, draws: Draws): Picture {
  const full = resizedSize(picture.width, picture.height, spec.resize);
  const { left, top } = cornerOf(full, step.padding, spec.crop, draws);
  const window = { left, top, width: spec.crop, height: spec.crop };
  return frame(picture, { ...full, interpolation: spec.interpolation, antialias: spec.antialias }, window);
}

/** The same of a picture that earlier steps have changed. */
export function cropCanvas(from: Canvas, { padding, fill }: Step<'randomCrop'>, crop: number, draws: Draws): Canvas {
  const { left, top } = cornerOf(from, padding, crop, draws);
  const to = blank(crop, crop, from.channels);
  to.data.fill(fill);
  const [begin, end] = [Math.max(0, -left), Math.min(crop, from.width - left)];
  for (let channel = 0; channel < from.channels; channel++) {
    for (let y = Math.max(0, -top); y < Math.min(crop, from.height - top) && begin < end; y++) {
      const start = (channel * from.height + top + y) * from.width + left;
      to.data.set(from.data.subarray(start + begin, start + end), (channel * crop + y) * crop + begin);
    }
  }
  return to;
}

function cornerOf(size: { width: number; height: number }, padding: number, crop: number, draws: Draws) {
  const along = (length: number) => {
    const spare = length + 2 * padding - crop;
    return draws.integer(Math.min(0, spare), Math.max(0, spare)) - padding;
  };
  const top = along(size.height);
  return { left: along(size.width), top };
}
