// What the first bytes of a picture's file say: which format, how large, and how deep.

import { readGif } from './gif.ts';

/** Formats that are told apart by their first bytes; the last entries exist to be refused by name. */
export type Format = (typeof SIGNATURES)[number][0] | 'AVIF' | 'HEIF' | 'SVG' | 'HTML' | 'unknown';

/** A file's header. Sizes are absent where the format does not say or the header is broken. */
export interface Header {
  readonly format: Format;
  readonly width?: number;
  readonly height?: number;
  /** PNG only: bits a sample, and the colour type (0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA). */
  readonly png?: { readonly depth: number; readonly colourType: number };
}

const SIGNATURES = [
  ['JPEG', '\xff\xd8\xff'],
  ['PNG', '\x89PNG\r\n\x1a\n'],
  ['GIF', 'GIF87a'],
  ['GIF', 'GIF89a'],
  ['WebP', 'RIFF....WEBP'],
  ['TIFF', 'II*\0'],
  ['TIFF', 'MM\0*'],
  ['BMP', 'BM'],
  ['ICO', '\0\0\x01\0'],
  ['JPEG 2000', '\0\0\0\x0cjP  '],
  ['JPEG 2000', '\xff\x4f\xff\x51'],
  ['JPEG XL', '\xff\x0a'],
  ['JPEG XL', '\0\0\0\x0cJXL '],
  ['PNM', 'P1'],
  ['PNM', 'P2'],
  ['PNM', 'P3'],
  ['PNM', 'P4'],
  ['PNM', 'P5'],
  ['PNM', 'P6'],
  ['PSD', '8BPS'],
  ['PDF', '%PDF'],
] as const;

/** Reads a file's header; never throws, whatever the bytes are. */
export function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = latin1(bytes, 0, 16);
  const signature = SIGNATURES.find(([, start]) => [...start].every((c, i) => c === '.' || c === text[i]));
  const format = signature?.[0] ?? isoFormat(bytes) ?? textFormat(bytes) ?? 'unknown';
  try {
    return { format, ...readSize[format as keyof typeof readSize]?.(view, bytes) };
  } catch (error) {
    if (error instanceof RangeError) return { format }; // the header ends early, which the decoder will report
    throw error;
  }
}

const readSize = {
  PNG: (view: DataView, bytes: Uint8Array) => {
    if (latin1(bytes, 12, 4) !== 'IHDR') return {};
    const png = { depth: view.getUint8(24), colourType: view.getUint8(25) };
    return { width: view.getUint32(16), height: view.getUint32(20), png };
  },
  GIF: (_: DataView, bytes: Uint8Array) => {
    const { width, height } = readGif(bytes);
    return { width, height };
  },
  JPEG: jpegSize,
  WebP: webpSize,
  AVIF: avifSize,
};

// The first frame header (SOF) has it; everything before is skipped by its length.
function jpegSize(view: DataView) {
  for (let at = 2; ; ) {
    while (view.getUint8(at) !== 0xff) at++;
    while (view.getUint8(at) === 0xff) at++;
    const marker = view.getUint8(at++);
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: view.getUint16(at + 3), width: view.getUint16(at + 5) };
    }
    if (marker >= 0xc0 && (marker < 0xd0 || marker > 0xd9)) at += view.getUint16(at);
  }
}

// The three kinds of WebP keep it in three places: VP8X canvas, VP8L's 14-bit fields, VP8's key frame.
function webpSize(view: DataView, bytes: Uint8Array) {
  const kind = latin1(bytes, 12, 4);
  if (kind === 'VP8X') {
    const three = (at: number) => 1 + view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
    return { width: three(24), height: three(27) };
  }
  if (kind === 'VP8L') {
    const packed = view.getUint32(21, true);
    return { width: 1 + (packed & 0x3fff), height: 1 + ((packed >>> 14) & 0x3fff) };
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

// The largest `ispe` property of the file's meta box: thumbnails and tiles have their own, smaller ones.
function avifSize(view: DataView, bytes: Uint8Array) {
  let size = { width: 0, height: 0 };
  const text = latin1(bytes, 0, 65536);
  for (let at = text.indexOf('ispe'); at >= 0; at = text.indexOf('ispe', at + 4)) {
    const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (width * height > size.width * size.height) size = { width, height };
  }
  return size.width ? size : {};
}

function isoFormat(bytes: Uint8Array): 'AVIF' | 'HEIF' | undefined {
  if (latin1(bytes, 4, 4) !== 'ftyp') return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const brands = latin1(bytes, 8, Math.min(length, 256) - 8);
  if (/avi[fs]/.test(brands)) return 'AVIF';
  return /hei[cxms]|hev[cx]|mif1|msf1/.test(brands) ? 'HEIF' : undefined;
}

function textFormat(bytes: Uint8Array): 'SVG' | 'HTML' | undefined {
  const start = latin1(bytes, 0, 512).toLowerCase();
  if (/^[^<]{0,8}\s*<(!doctype html|html|head|body)/.test(start)) return 'HTML';
  return /^[^<]{0,8}\s*<(\?xml|svg|!--|!doctype svg)/.test(start) && start.includes('<svg') ? 'SVG' : undefined;
}

function latin1(bytes: Uint8Array, from: number, length: number): string {
  let text = '';
  for (const byte of bytes.subarray(from, from + length)) text += String.fromCharCode(byte);
  return text;
}
