// What stands between a picture and a network's input, as torchvision's ImageClassification preset does it.

import { UsageError } from '../runtime/errors.ts';
import { frame } from './frame.ts';
import type { Pixels } from './pixels.ts';
import type { Preprocess } from './preprocess_spec.ts';
import type { Picture } from './resize.ts';

/** A network's input for one picture: `[channels, height, width]` float32, row-major. */
export interface Preprocessed {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
}

/**
 * Makes a network's input of a picture, bit for bit what torchvision makes of the same PIL image: short side to `resize`
 * (the long one truncated), centre crop (black beyond the edge of a smaller picture), /255, minus mean, over std, in float32.
 * As many channels as `mean` has: 3, or 1 for networks that see grey. Throws UsageError for any other number.
 */
export function preprocess(pixels: Pixels, spec: Preprocess): Preprocessed {
  const channels = spec.mean.length;
  if ((channels !== 1 && channels !== 3) || spec.std.length !== channels) {
    const came = `${channels} means and ${spec.std.length} standard deviations`;
    throw new UsageError('invalid_argument', `preprocess: 1 or 3 of both mean and std are expected, got ${came}`);
  }
  const cropped = resizeAndCrop(channels === 1 ? grayscale(pixels) : pixels, spec);
  return { data: normalise(cropped, spec), height: spec.crop, width: spec.crop };
}

/** The picture's luma, one byte a pixel: Pillow's `convert('L')`, ITU-R 601 in 16-bit fixed point. */
export function grayscale({ width, height, data }: Pixels): Picture {
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = (data[3 * i]! * 19595 + data[3 * i + 1]! * 38470 + data[3 * i + 2]! * 7471 + 0x8000) >> 16;
  }
  return { width, height, data: grey };
}

/** Size after the short side became `short`: torchvision's, which truncates the long side. */
export function resizedSize(width: number, height: number, short: number): { width: number; height: number } {
  return width <= height
    ? { width: short, height: Math.trunc((short * height) / width) }
    : { width: Math.trunc((short * width) / height), height: short };
}

/** The short side resized, and the centre of it cut out. */
export function resizeAndCrop(
  picture: Picture,
  { resize: short, crop, interpolation, antialias }: Omit<Preprocess, 'mean' | 'std'>,
): Picture {
  const full = resizedSize(picture.width, picture.height, short);
  const across = cropSpan(full.width, crop);
  const down = cropSpan(full.height, crop);
  const window = { left: across.from - across.before, top: down.from - down.before, width: crop, height: crop };
  return frame(picture, { ...full, interpolation, antialias }, window);
}

/** Where a centre crop lies along one axis: what is taken of the picture, and how much black comes before it. */
export function cropSpan(size: number, crop: number): { from: number; length: number; before: number } {
  if (crop > size) return { from: 0, length: size, before: Math.floor((crop - size) / 2) };
  return { from: roundHalfToEven((size - crop) / 2), length: crop, before: 0 };
}

// Python's round(), which decides where torchvision's centre crop begins.
function roundHalfToEven(x: number): number {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2) : Math.round(x);
}

function normalise({ width, height, data }: Picture, { mean, std }: Preprocess): Float32Array {
  const plane = width * height;
  const channels = mean.length;
  const out = new Float32Array(channels * plane);
  for (let channel = 0; channel < channels; channel++) {
    const table = levels(mean[channel]!, std[channel]!);
    for (let i = 0; i < plane; i++) out[channel * plane + i] = table[data[i * channels + channel]!]!;
  }
  return out;
}

/** What the 256 levels of a channel become. Each of torch's three steps rounds to float32. */
export function levels(mean: number, std: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, level) => {
    const centred = Math.fround(Math.fround(level / 255) - Math.fround(mean));
    return centred / Math.fround(std);
  });
}
