// A picture while it is augmented: planes of float32 levels, so that nothing is rounded to bytes between steps.

import type { Picture } from '../image/resize.ts';

/** Levels are 0 to 1; channel after channel, rows from the top. Steps make new canvases or write their own. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}

export function blank(width: number, height: number, channels: number): Canvas {
  return { width, height, channels, data: new Float32Array(width * height * channels) };
}

/** level / 255 in float32, as torchvision's to_tensor has it. */
const LEVELS = /* @__PURE__ */ Float32Array.from({ length: 256 }, (_, level) => level / 255);

export function toCanvas({ width, height, data }: Picture): Canvas {
  const channels = data.length / (width * height);
  const canvas = blank(width, height, channels);
  const plane = width * height;
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < plane; i++) canvas.data[channel * plane + i] = LEVELS[data[i * channels + channel]!]!;
  }
  return canvas;
}
