// The part of a resized picture that a network sees: cut out, and framed in black where it reaches beyond the edge.

import { type Picture, type ResizeOptions, resize } from './resize.ts';

/** A part of a picture in pixels; it may begin before the picture and end after it. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

type Resizing = Pick<ResizeOptions, 'width' | 'height' | 'interpolation' | 'antialias'>;

/**
 * Resizes a picture and returns the window of it, black beyond the edges. Only what the window shows is computed; where
 * nothing changes the picture itself comes back.
 */
export function frame(picture: Picture, resized: Resizing, window: Window): Picture {
  const left = Math.max(0, window.left);
  const top = Math.max(0, window.top);
  const width = Math.min(resized.width, window.left + window.width) - left;
  const height = Math.min(resized.height, window.top + window.height) - top;
  const same = resized.width === picture.width && resized.height === picture.height; // Pillow copies it then
  const whole = width === window.width && height === window.height;
  const channels = picture.data.length / (picture.width * picture.height);
  if (width <= 0 || height <= 0) return black(window, channels);
  if (same) {
    if (whole && width === picture.width && height === picture.height) return picture;
    return place(picture, { left, top, width, height }, black(window, channels), window);
  }
  const part = resize(picture, { ...resized, crop: { left, top, width, height } });
  return whole ? part : place(part, { left: 0, top: 0, width, height }, black(window, channels), window);
}

function black({ width, height }: Window, channels: number): Picture {
  return { width, height, data: new Uint8Array(width * height * channels) };
}

/** Copies the part of `from` to where the window has it. */
function place(from: Picture, part: Window, to: Picture, window: Window): Picture {
  const channels = to.data.length / (to.width * to.height);
  const [x, y] = [Math.max(0, -window.left), Math.max(0, -window.top)];
  for (let row = 0; row < part.height; row++) {
    const start = ((part.top + row) * from.width + part.left) * channels;
    to.data.set(from.data.subarray(start, start + part.width * channels), ((y + row) * to.width + x) * channels);
  }
  return to;
}
