// Resizing 8-bit pictures exactly as Pillow does, so that a network sees the pixels it was trained on.

import { antialiasedTaps, type Interpolation, plainTaps, type Taps } from './resample_weights.ts';

/** An 8-bit picture of 1 or 3 interleaved channels, rows from the top. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Size of the resized picture, and the part of it that is wanted (default: all of it). */
export interface ResizeOptions {
  readonly width: number;
  readonly height: number;
  readonly interpolation: Interpolation;
  /**
   * Whether a reduction averages over all the pixels it covers. torchvision does so for every PIL image, whatever its own flag
   * says; `false` is what it does to a tensor: bare interpolation, rounded once.
   */
  readonly antialias: boolean;
  readonly crop?: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
}

// Pillow's fixed point: 32 bits less 8 for the sample and 2 for overshoot.
const PRECISION = 22;

/**
 * Resizes a picture of `width * height * channels` bytes and returns the wanted part with as many channels. Equal to
 * Pillow's `Image.resize` bit for bit when antialiased: a horizontal pass and a vertical one, each in 22-bit fixed point, each
 * rounded and clamped to 8 bits. Only the rows and columns that `crop` needs are computed.
 */
export function resize(picture: Picture, options: ResizeOptions): Picture {
  const { interpolation, antialias } = options;
  const { left, top, width, height } = options.crop ?? { left: 0, top: 0, ...options };
  const taps = antialias ? antialiasedTaps : plainTaps;
  const columns = taps({ from: picture.width, to: options.width, first: left, count: width }, interpolation);
  const rows = taps({ from: picture.height, to: options.height, first: top, count: height }, interpolation);
  const channels = picture.data.length / (picture.width * picture.height);
  if (!antialias) return { width, height, data: interpolate(picture, channels, columns, rows) };

  const end = rows.at(-1)!;
  const first = rows[0]!.start; // neither start nor end ever goes back from one row to the next
  const last = end.start + end.weights.length;
  const needed = picture.data.subarray(first * picture.width * channels, last * picture.width * channels);
  const across = { count: last - first, stride: picture.width * channels, step: channels, lanes: channels };
  const narrow = pass(needed, columns, across);
  const shifted = rows.map((row) => ({ start: row.start - first, weights: row.weights }));
  const down = { count: 1, stride: 0, step: width * channels, lanes: width * channels };
  return { width, height, data: pass(narrow, shifted, down) };
}

/** How a pass walks: `count` lines `stride` bytes apart; samples along a line `step` apart; `lanes` of them side by side. */
interface Walk {
  readonly count: number;
  readonly stride: number;
  readonly step: number;
  readonly lanes: number;
}

function pass(source: Uint8Array, taps: readonly Taps[], { count, stride, step, lanes }: Walk): Uint8Array {
  const fixed = taps.map(({ start, weights }) => ({ start, weights: Int32Array.from(weights, toFixed) }));
  const out = new Uint8Array(count * taps.length * lanes);
  let to = 0;
  for (let line = 0; line < count; line++) {
    for (const { start, weights } of fixed) {
      const from = line * stride + start * step;
      for (let lane = 0; lane < lanes; lane++) {
        let sum = 1 << (PRECISION - 1);
        for (let tap = 0, at = from + lane; tap < weights.length; tap++, at += step) {
          sum = (sum + source[at]! * weights[tap]!) | 0;
        }
        out[to++] = Math.min(255, Math.max(0, sum >> PRECISION));
      }
    }
  }
  return out;
}

// Halves go away from zero, as Pillow's C cast does.
function toFixed(weight: number): number {
  return Math.trunc(weight * (1 << PRECISION) + (weight < 0 ? -0.5 : 0.5));
}

function interpolate(picture: Picture, channels: number, columns: readonly Taps[], rows: readonly Taps[]): Uint8Array {
  const out = new Uint8ClampedArray(rows.length * columns.length * channels); // its stores round half to even, as torch does
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        row.weights.forEach((down, y) => {
          const from = ((row.start + y) * picture.width + column.start) * channels + channel;
          column.weights.forEach((across, x) => {
            sum += down * across * picture.data[from + x * channels]!;
          });
        });
        out[to++] = sum;
      }
    }
  }
  return new Uint8Array(out.buffer);
}
