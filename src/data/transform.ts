// From a decoded picture to its place in a training batch: resized, augmented, normalised.

import { frame } from '../image/frame.ts';
import type { RawPixels } from '../image/pixels.ts';
import { grayscale, levels, resizeAndCrop, resizedSize } from '../image/preprocess.ts';
import type { Preprocess } from '../image/preprocess_spec.ts';
import { fromRaw, toRgb } from '../image/raw.ts';
import type { Picture } from '../image/resize.ts';
import { UsageError } from '../runtime/errors.ts';
import type { Augmentation } from './augment.ts';
import { type Canvas, toCanvas } from './canvas.ts';
import { cropPicture, resizedCrop } from './crop.ts';
import type { Draws } from './draws.ts';
import { applyStep, type CanvasStep } from './steps.ts';

/** What is done to training pictures, as plain data. */
export interface Transform {
  readonly preprocess: Preprocess;
  readonly augment: readonly Augmentation[];
}

/** Throws UsageError for a list of steps that has two crops, two mixups, or randomResizedCrop not at its beginning. */
export function checkTransform({ augment, preprocess: { mean, std } }: Transform): void {
  const wrong = (text: string) => new UsageError('invalid_argument', `augment: ${text}`);
  const kinds = augment.map(({ kind }) => kind);
  const crops = kinds.filter((kind) => kind === 'randomCrop' || kind === 'randomResizedCrop');
  if (crops.length > 1) throw wrong(`one crop at most, got ${crops.join(' and ')}`);
  if (kinds.indexOf('randomResizedCrop') > 0) throw wrong('randomResizedCrop has to come first');
  if (kinds.indexOf('mixup') !== kinds.lastIndexOf('mixup')) throw wrong('one mixup at most');
  if ((mean.length === 1 || mean.length === 3) && std.length === mean.length) return;
  throw new UsageError(
    'invalid_argument',
    `preprocess: 1 or 3 of both mean and std are expected, got ${mean.length} and ${std.length}`,
  );
}

/** A transform made ready for many pictures. */
export class Transformer {
  readonly #spec: Preprocess;
  readonly #first: Extract<Augmentation, { kind: 'randomCrop' | 'randomResizedCrop' }> | null;
  readonly #steps: readonly { readonly step: CanvasStep; readonly number: number }[];
  readonly #crops: boolean;
  readonly #tables: readonly Float32Array[];

  constructor({ preprocess, augment }: Transform) {
    this.#spec = preprocess;
    this.#tables = preprocess.mean.map((mean, channel) => levels(mean, preprocess.std[channel]!));
    const [first] = augment;
    // A crop at the beginning is taken from bytes, so that what it leaves out is never resized.
    const early =
      first?.kind === 'randomResizedCrop' ||
      (first?.kind === 'randomCrop' && (first.padding === 0 || first.fill === 0));
    this.#first = early ? first : null;
    this.#steps = augment.flatMap((step, number) =>
      (early && number === 0) || step.kind === 'mixup' || step.kind === 'randomResizedCrop' ? [] : [{ step, number }],
    );
    this.#crops = augment.some(({ kind }) => kind === 'randomCrop');
  }

  /** Writes the picture's [channels, crop, crop] floats to `out` at `offset`. `index` is its number in the data set. */
  write(raw: RawPixels, draws: Draws, index: number, out: Float32Array, offset: number): void {
    const framed = this.#frame(toPicture(raw, this.#spec.mean.length), draws, index);
    if (this.#steps.length === 0) {
      this.writePicture(framed, out, offset);
      return;
    }
    let canvas = toCanvas(framed);
    for (const { step, number } of this.#steps) canvas = applyStep(canvas, step, this.#spec, draws.at(index, number));
    this.#writeCanvas(canvas, out, offset);
  }

  #frame(picture: Picture, draws: Draws, index: number): Picture {
    const first = this.#first;
    if (first?.kind === 'randomResizedCrop') return resizedCrop(picture, first, this.#spec, draws.at(index, 0));
    if (first?.kind === 'randomCrop') return cropPicture(picture, first, this.#spec, draws.at(index, 0));
    const { resize, crop, interpolation, antialias } = this.#spec;
    if (picture.width === crop && picture.height === crop && resize === crop) return picture;
    if (!this.#crops) return resizeAndCrop(picture, this.#spec);
    const full = resizedSize(picture.width, picture.height, resize); // a later step crops
    return frame(picture, { ...full, interpolation, antialias }, { left: 0, top: 0, ...full });
  }

  /** Writes a picture of the input's size and channels, normalised, bit for bit as `preprocess` does. */
  writePicture({ width, height, data }: Picture, out: Float32Array, offset: number): void {
    const plane = width * height;
    const channels = this.#tables.length;
    for (let channel = 0; channel < channels; channel++) {
      const table = this.#tables[channel]!;
      const end = offset + (channel + 1) * plane;
      for (let to = end - plane, from = channel; to < end; to++, from += channels) out[to] = table[data[from]!]!;
    }
  }

  // In torch's order and float32, as the tables have it.
  #writeCanvas({ width, height, data }: Canvas, out: Float32Array, offset: number): void {
    const plane = width * height;
    for (let channel = 0, i = 0; channel < this.#spec.mean.length; channel++) {
      const mean = Math.fround(this.#spec.mean[channel]!);
      const std = Math.fround(this.#spec.std[channel]!);
      for (const end = i + plane; i < end; i++) out[offset + i] = Math.fround(data[i]! - mean) / std;
    }
  }
}

/** Raw pixels with as many channels as the network has: luma of colours, grey repeated, alpha dropped. */
export function toPicture(raw: RawPixels, wanted: number): Picture {
  const { width, height, data } = raw;
  const channels = data.length / (width * height);
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.length);
  if (channels === wanted) return { width, height, data: bytes };
  const known = channels === 1 || channels === 3 || channels === 4;
  const rgb = known ? { width, height, data: toRgb(bytes, channels) } : fromRaw(raw); // which throws
  return wanted === 1 ? grayscale(rgb) : rgb;
}
