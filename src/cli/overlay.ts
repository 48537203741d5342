// A heat map over the picture that it explains, as a PNG.

import type { Pixels } from '../image/pixels.ts';
import { cropSpan, resizedSize } from '../image/preprocess.ts';
import type { Preprocess } from '../image/preprocess_spec.ts';
import { writePng } from './png.ts';

/** Rows from the top. */
export interface HeatMap {
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** Pictures with a shorter side are shown larger, each pixel as a square. */
const SMALLEST = 224;
/** How much of the colour lies over what is coldest and what is hottest. */
const [COLD, HOT] = [0.3, 0.65];
/** What is left of the light outside of what the model saw. */
const OUTSIDE = 0.35;

/**
 * Writes the picture with the map over the part that the model saw: the centre crop of `preprocess`. The colours are Turbo's,
 * from blue (nothing) over green to red (most). The file appears whole or not at all.
 */
export function writeOverlay(file: string, pixels: Pixels, map: HeatMap, preprocess: Preprocess): Promise<void> {
  return writePng(file, overlay(enlarged(pixels), map, preprocess));
}

/** `hottest` of the map becomes 1, what is negative 0; a map without heat stays 0. */
export function scaledHeat({ data, ...size }: HeatMap, hottest = Math.max(...data)): HeatMap {
  const factor = hottest > 0 ? 1 / hottest : 0;
  return { ...size, data: data.map((heat) => Math.min(1, Math.max(0, heat * factor))) };
}

/** What a share of the values lies below. */
export function quantile(values: Float32Array, share: number): number {
  return values.toSorted()[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
}

/** The blend, pixel by pixel. `map` has values from 0 to 1 and covers the crop. */
export function overlay(pixels: Pixels, map: HeatMap, { resize: short, crop }: Preprocess): Pixels {
  const { width, height, data } = pixels;
  const full = resizedSize(width, height, short);
  const across = cropSpan(full.width, crop);
  const down = cropSpan(full.height, crop);
  const blended = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    const v = (((y + 0.5) * full.height) / height - down.from + down.before) / crop;
    for (let x = 0; x < width; x++) {
      const u = (((x + 0.5) * full.width) / width - across.from + across.before) / crop;
      const at = 3 * (y * width + x);
      const seen = u >= 0 && u <= 1 && v >= 0 && v <= 1;
      const heat = seen ? sample(map, u, v) : 0;
      const share = seen ? COLD + (HOT - COLD) * heat : 0;
      const colour = turbo(heat);
      for (let c = 0; c < 3; c++) {
        const light = data[at + c]! * (seen ? 1 : OUTSIDE);
        blended[at + c] = Math.round(light * (1 - share) + 255 * colour[c]! * share);
      }
    }
  }
  return { width, height, data: blended };
}

/** Bilinear, between the centres of cells; `u` and `v` go from 0 to 1 over the map. */
function sample({ width, height, data }: HeatMap, u: number, v: number): number {
  const [x, y] = [clamp(u * width - 0.5, width), clamp(v * height - 0.5, height)];
  const [i, j] = [Math.floor(x), Math.floor(y)];
  const at = (row: number, column: number) => data[Math.min(row, height - 1) * width + Math.min(column, width - 1)]!;
  const row = (k: number) => at(k, i) + (at(k, i + 1) - at(k, i)) * (x - i);
  return row(j) + (row(j + 1) - row(j)) * (y - j);
}

const clamp = (at: number, count: number): number => Math.min(count - 1, Math.max(0, at));

/** Powers 0 to 5 of the value, for red, green and blue. */
const TURBO = [
  [0.13572138, 4.6153926, -42.66032258, 132.13108234, -152.94239396, 59.28637943],
  [0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604],
  [0.1066733, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973],
] as const;

/**
 * The colour of a value from 0 to 1, as red, green and blue from 0 to 1: the polynomial form of Turbo (A. Mikhailov, "Turbo, an
 * improved rainbow colormap for visualization", 2019), which rises and falls in lightness without the bands of a rainbow.
 */
export function turbo(value: number): readonly number[] {
  const x = Math.min(1, Math.max(0, value));
  return TURBO.map((powers) =>
    Math.min(
      1,
      Math.max(
        0,
        powers.reduceRight((sum, factor) => sum * x + factor, 0),
      ),
    ),
  );
}

function enlarged(pixels: Pixels): Pixels {
  const factor = Math.ceil(SMALLEST / Math.min(pixels.width, pixels.height));
  if (factor <= 1) return pixels;
  const [width, height] = [pixels.width * factor, pixels.height * factor];
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = 3 * (Math.floor(y / factor) * pixels.width + Math.floor(x / factor));
      data.set(pixels.data.subarray(from, from + 3), 3 * (y * width + x));
    }
  return { width, height, data };
}
