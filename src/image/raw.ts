// What both platforms do to pixels and sources: sizes and lengths checked, extra channels dropped, sources named.

import { ImageError, UsageError } from '../runtime/errors.ts';
import { type Format, type Header, readHeader } from './header.ts';
import { jpegDamage } from './jpeg.ts';
import { type ImageSource, MAX_PIXELS, type Pixels, type RawPixels } from './pixels.ts';

/** Whether a source is pixels already: a caller's own, or a browser's ImageData. */
export function isRawPixels(source: ImageSource): source is RawPixels {
  return typeof source === 'object' && 'data' in source && 'width' in source && 'height' in source;
}

/** Raw pixels as RGB: grey repeated, alpha dropped. Throws UsageError where size and length do not agree. */
export function fromRaw(raw: RawPixels, maxPixels = MAX_PIXELS): Pixels {
  const { width, height, data } = raw;
  if (!(Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0)) {
    throw new UsageError(
      'invalid_argument',
      `raw pixels: width and height must be positive integers, got ${width} x ${height}`,
    );
  }
  checkSize('raw pixels', width, height, maxPixels);
  const channels = data.length / (width * height);
  const bytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  if (!bytes || (channels !== 1 && channels !== 3 && channels !== 4)) {
    const came = `${data.length} of ${Object.prototype.toString.call(data).slice(8, -1)}`;
    const want = [1, 3, 4].map((n) => n * width * height).join(', ');
    throw new UsageError(
      'invalid_argument',
      `raw pixels: ${width} x ${height} needs one of ${want} bytes, got ${came}`,
    );
  }
  return { width, height, data: channels === 3 ? new Uint8Array(data) : toRgb(data, channels) }; // never the caller's buffer
}

/** The first three of 3 (the same buffer) or 4 interleaved channels, or grey (1, or 2 with alpha) repeated. */
export function toRgb(data: Uint8Array | Uint8ClampedArray, channels: number): Uint8Array {
  if (channels === 3) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2];
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + green]!;
    rgb[to + 2] = data[from + blue]!;
  }
  return rgb;
}

/** What messages call a source: its path or URL, its file name, or its kind and size. */
export function nameOf(source: ImageSource): string {
  if (typeof source === 'string' || source instanceof URL) {
    const text = String(source);
    return text.length > 200 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
  }
  if (typeof File !== 'undefined' && source instanceof File && source.name) return source.name;
  if (source instanceof Blob) return `image (${source.size} bytes)`;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return `image (${source.byteLength} bytes)`;
  return Object.prototype.toString.call(source).slice(8, -1);
}

/** Refuses a picture of more than `maxPixels` pixels. */
export function checkSize(name: string, width: number, height: number, maxPixels = MAX_PIXELS): void {
  if (width * height <= maxPixels) return;
  const came = `${width} x ${height} is ${width * height} pixels`;
  throw new ImageError('image_too_large', `${name}: ${came}, more than the limit of ${maxPixels}`);
}

/**
 * Reads the header of a picture's file and refuses what no decoder needs to see: an empty file, a web page, a format that is
 * not in `readable`, a picture over `maxPixels`, a JPEG with damaged markers. Throws ImageError.
 */
export function inspect(name: string, bytes: Uint8Array, readable: readonly Format[], maxPixels?: number): Header {
  if (bytes.length === 0) throw new ImageError('broken_image', `${name}: the file is empty`);
  const header = readHeader(bytes);
  const { format, width, height } = header;
  const known = `${readable.slice(0, -1).join(', ')} and ${readable.at(-1)} are read`;
  if (format === 'HTML') throw new ImageError('unsupported_image', `${name}: is a web page (HTML), not a picture`);
  if (format === 'unknown') {
    const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new ImageError(
      'unsupported_image',
      `${name}: not a picture of a known format (begins with ${start}); ${known}`,
    );
  }
  if (!readable.includes(format)) {
    throw new ImageError('unsupported_image', `${name}: ${format} pictures are not read; ${known}`);
  }
  if (width !== undefined && height !== undefined) checkSize(name, width, height, maxPixels);
  const damage = format === 'JPEG' ? jpegDamage(bytes) : null;
  if (damage) throw new ImageError('broken_image', `${name}: broken JPEG: ${damage}`);
  return header;
}
