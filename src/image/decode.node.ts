// Decoding in Node: sharp reads the file, and what it gives is made RGB as Pillow would make it.

import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Metadata, Sharp } from 'sharp';
import { ImageError, UsageError } from '../runtime/errors.ts';
import { readGif } from './gif.ts';
import type { Format, Header } from './header.ts';
import { turn, xmpOrientation } from './orientation.ts';
import { type DecodeOptions, type ImageSource, MAX_PIXELS, type Pixels } from './pixels.ts';
import { checkSize, fromRaw, inspect, isRawPixels, nameOf, toRgb } from './raw.ts';

const READABLE: readonly Format[] = ['JPEG', 'PNG', 'WebP', 'AVIF', 'GIF', 'TIFF'];

/**
 * Decodes a path, a `file:` URL, the bytes of a file, a Blob or raw pixels to what Pillow's
 * `exif_transpose(Image.open(file)).convert('RGB')` gives: upright, alpha dropped, no colour management, first frame, naive CMYK,
 * 16-bit grey clipped at 255. JPEG, PNG, WebP, GIF and TIFF equal Pillow bit for bit; AVIF to a level, but for subsampled
 * chroma, which libheif repeats and libavif interpolates.
 * Throws ImageError for what is missing, broken, too large or of another kind.
 */
export async function decodeImage(source: ImageSource, options: DecodeOptions = {}): Promise<Pixels> {
  const { maxPixels = MAX_PIXELS, signal } = options;
  signal?.throwIfAborted();
  if (isRawPixels(source)) return fromRaw(source, maxPixels);
  const name = nameOf(source);
  const bytes = await readBytes(source, name, signal);
  const header = inspect(name, bytes, READABLE, maxPixels);
  const { default: sharp } = await import('sharp'); // native code, loaded by the first picture that needs it
  try {
    // Any damage that makes Pillow give up is an error; warnings (stray bytes between markers) are not.
    const picture = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: false });
    const metadata = await picture.metadata();
    checkSize(name, metadata.width, metadata.height, maxPixels);
    signal?.throwIfAborted();
    const pixels = await read(picture.autoOrient(), metadata, header, bytes, name);
    signal?.throwIfAborted();
    // Where EXIF is silent, Pillow takes XMP's word.
    const silent = metadata.orientation === undefined && metadata.xmpAsString;
    return silent ? turn(pixels, xmpOrientation(silent)) : pixels;
  } catch (error) {
    if (error instanceof ImageError || signal?.aborted) throw error;
    const reason = (error instanceof Error ? error.message : String(error))
      .replace(/\s*\n\s*/g, '; ')
      .replace(/[:;\s]+$/, '');
    throw new ImageError('broken_image', `${name}: broken ${header.format}: ${reason}`, { cause: error });
  }
}

async function readBytes(source: ImageSource, name: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (typeof source !== 'string' && !(source instanceof URL)) {
    const takes = 'a path, a file: URL, the bytes of a file, a Blob or raw pixels';
    throw new UsageError('invalid_argument', `decodeImage: Node decodes ${takes}; got ${name}`);
  }
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(String(source))?.[1]?.toLowerCase();
  if (scheme && scheme !== 'file' && (source instanceof URL || String(source).startsWith(`${scheme}://`))) {
    throw new UsageError('invalid_argument', `${name}: Node decodes files; fetch ${scheme}: URLs and pass the bytes`);
  }
  try {
    const path = scheme === 'file' ? fileURLToPath(source) : source;
    if ((await stat(path)).isDirectory()) {
      throw new ImageError('unsupported_image', `${name}: is a directory, not a picture`);
    }
    return await readFile(path, { signal });
  } catch (error) {
    if (error instanceof ImageError || signal?.aborted) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    const text = missing ? 'there is no such file' : `cannot be read: ${message}`;
    throw new ImageError('missing_file', `${name}: ${text}`, { cause: error });
  }
}

async function read(
  picture: Sharp,
  metadata: Metadata,
  header: Header,
  bytes: Uint8Array,
  name: string,
): Promise<Pixels> {
  const { space, depth } = metadata;
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw new ImageError(
      'unsupported_image',
      `${name}: ${header.format} samples of type ${depth} are not read, only unsigned of 8 or 16 bits`,
    );
  }
  if (space === 'cmyk') {
    const { data, info } = await picture
      .pipelineColourspace('cmyk')
      .toColourspace('cmyk')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: fromCmyk(data, info.channels) };
  }
  // Pillow keeps 16-bit grey as integers and clips them; with an alpha channel of its own it takes the high byte, as for RGB.
  if (space === 'grey16' && header.png?.colourType !== 4) {
    const grey = picture.pipelineColourspace('grey16').toColourspace('grey16').raw({ depth: 'ushort' });
    const { data, info } = await grey.toBuffer({ resolveWithObject: true });
    const wide = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
    return { width: info.width, height: info.height, data: toRgb(Uint8ClampedArray.from(wide), info.channels) };
  }
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  if (header.format === 'GIF' && info.channels === 4) showHidden(data, bytes);
  return { width: info.width, height: info.height, data: toRgb(data, info.channels) };
}

// Pillow's cmyk2rgb: each ink over paper that black has already darkened, rounded products of bytes.
function fromCmyk(data: Uint8Array, channels: number): Uint8Array {
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let from = 0, to = 0; to < rgb.length; from += channels) {
    const light = 255 - data[from + 3]!;
    for (let ink = 0; ink < 3; ink++) {
      const product = data[from + ink]! * light + 128;
      rgb[to++] = light - (((product >> 8) + product) >> 8);
    }
  }
  return rgb;
}

// libnsgif blanks transparent pixels; dropping alpha must show the palette's colour.
function showHidden(rgba: Uint8Array, bytes: Uint8Array): void {
  const { hidden } = readGif(bytes);
  for (let at = 0; at < rgba.length; at += 4) if (rgba[at + 3] === 0) rgba.set(hidden, at);
}
