// Decoding in browsers and workers: the platform reads the picture, and what it gives is made RGB as Pillow would make it.

import { ImageError, UsageError } from '../runtime/errors.ts';
import { readGif } from './gif.ts';
import type { Format } from './header.ts';
import { orientationLeft, takeWebpOrientation, turn } from './orientation.ts';
import { type DecodeOptions, type ImageSource, MAX_PIXELS, type Pixels } from './pixels.ts';
import { checkSize, fromRaw, inspect, isRawPixels, nameOf, toRgb } from './raw.ts';
import { readStraight } from './straight_alpha.browser.ts';

const READABLE: readonly Format[] = ['JPEG', 'PNG', 'WebP', 'AVIF', 'GIF'];
const OPTIONS = { colorSpaceConversion: 'none', premultiplyAlpha: 'none', imageOrientation: 'from-image' } as const;

type Drawable = ImageBitmap | HTMLCanvasElement | OffscreenCanvas | HTMLVideoElement | VideoFrame;

/**
 * Decodes a URL, a Blob, the bytes of a file, an img, video or canvas element, an ImageBitmap, VideoFrame, ImageData or raw
 * pixels to what Pillow's `exif_transpose(Image.open(file)).convert('RGB')` gives: upright, alpha dropped, no colour
 * management, first frame. CMYK may differ by a level. What the platform has already drawn (canvas, video, ImageBitmap) is read as
 * it is. Throws ImageError for what is missing, broken, too large, of another kind, or of another origin.
 */
export async function decodeImage(source: ImageSource, options: DecodeOptions = {}): Promise<Pixels> {
  const { maxPixels = MAX_PIXELS, signal } = options;
  signal?.throwIfAborted();
  if (isRawPixels(source)) return fromRaw(source, maxPixels);
  const name = nameOf(source);
  try {
    if (isImg(source)) return await decodeImg(source, name, maxPixels);
    if (isDrawable(source)) return draw(source, name, maxPixels);
    const bytes = await readBytes(source, name, signal);
    const pixels = await decodeBytes(bytes, name, maxPixels);
    signal?.throwIfAborted();
    return pixels;
  } catch (error) {
    if (error instanceof ImageError || error instanceof UsageError || signal?.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const foreign = error instanceof DOMException && error.name === 'SecurityError';
    throw new ImageError(foreign ? 'unsupported_image' : 'broken_image', `${name}: cannot be read: ${reason}`, {
      cause: error,
    });
  }
}

async function decodeBytes(bytes: Uint8Array<ArrayBuffer>, name: string, maxPixels: number): Promise<Pixels> {
  const { format, png } = inspect(name, bytes, READABLE, maxPixels);
  if (png?.depth === 16 && png.colourType === 0) {
    // Pillow clips these at 255 and browsers keep the high byte: the low one cannot be had here.
    throw new ImageError(
      'unsupported_image',
      `${name}: 16-bit greyscale PNG cannot be read as Pillow does in a browser`,
    );
  }
  const { bytes: file, orientation } =
    format === 'WebP' ? takeWebpOrientation(bytes) : { bytes, orientation: orientationLeft(bytes) };
  const bitmap = await createImageBitmap(new Blob([file]), OPTIONS);
  const hidden = format === 'GIF' ? readGif(bytes).hidden : undefined;
  return turn(readBitmap(bitmap, name, maxPixels, hidden), orientation);
}

async function decodeImg(img: HTMLImageElement, name: string, maxPixels: number): Promise<Pixels> {
  await img.decode();
  checkSize(name, img.naturalWidth, img.naturalHeight, maxPixels);
  return readBitmap(await createImageBitmap(img, OPTIONS), name, maxPixels);
}

/** Reads a bitmap with straight alpha and closes it. `hidden` is the colour of fully transparent pixels, where that is known. */
function readBitmap(bitmap: ImageBitmap, name: string, maxPixels: number, hidden?: Iterable<number>): Pixels {
  try {
    checkSize(name, bitmap.width, bitmap.height, maxPixels); // a format whose header does not say may come out larger
    const { width, height } = bitmap;
    const { data } = paint(bitmap, width, height);
    if (isOpaque(data)) return { width, height, data: toRgb(data, 4) };
    const rgba = hidden ? data : readStraight(bitmap, name);
    if (hidden) for (let at = 0; at < rgba.length; at += 4) if (rgba[at + 3] === 0) rgba.set([...hidden], at);
    return { width, height, data: toRgb(rgba, 4) };
  } finally {
    bitmap.close();
  }
}

function draw(source: Drawable, name: string, maxPixels: number): Pixels {
  const [width, height] = sizeOf(source);
  if (width === 0 || height === 0)
    throw new ImageError('broken_image', `${name}: has no pixels (${width} x ${height})`);
  checkSize(name, width, height, maxPixels);
  return { width, height, data: toRgb(paint(source, width, height).data, 4) };
}

function sizeOf(source: Drawable): [width: number, height: number] {
  if ('videoWidth' in source) return source.readyState >= 2 ? [source.videoWidth, source.videoHeight] : [0, 0];
  return 'displayWidth' in source ? [source.displayWidth, source.displayHeight] : [source.width, source.height];
}

function paint(source: Drawable, width: number, height: number): ImageData {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no 2d context for OffscreenCanvas');
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

function isOpaque(rgba: Uint8ClampedArray): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 255) return false;
  return true;
}

async function readBytes(
  source: ImageSource,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Uint8Array) return new Uint8Array(source);
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (typeof source !== 'string' && !(source instanceof URL)) {
    const takes = 'a URL, a Blob, the bytes of a file, an image, canvas or video, or raw pixels';
    throw new UsageError('invalid_argument', `decodeImage: a browser decodes ${takes}; got ${name}`);
  }
  let response: Response;
  try {
    response = await fetch(source, { signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ImageError('missing_file', `${name}: cannot be fetched: ${(error as Error).message}`, { cause: error });
  }
  if (!response.ok) throw new ImageError('missing_file', `${name}: the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

// Workers have none of the element classes, so they are asked for by name.
function isA(source: ImageSource, ...classes: string[]): boolean {
  return classes.some((name) => {
    const kind: unknown = Reflect.get(globalThis, name);
    return typeof kind === 'function' && source instanceof kind;
  });
}

function isImg(source: ImageSource): source is HTMLImageElement {
  return isA(source, 'HTMLImageElement');
}

function isDrawable(source: ImageSource): source is Drawable {
  return isA(source, 'ImageBitmap', 'HTMLCanvasElement', 'OffscreenCanvas', 'HTMLVideoElement', 'VideoFrame');
}
