// Which way up a picture is where only its XMP says so: Pillow listens to that, decoders do not.

import type { Pixels } from './pixels.ts';

/** Orientation (1 to 8, as EXIF counts) that an XMP packet asks for; 1 where it asks for none. */
export function xmpOrientation(xmp: string): number {
  return Number(/tiff:Orientation(?:="|>)([1-8])/.exec(xmp)?.[1] ?? 1);
}

/** The same from the bytes of a JPEG or PNG; 1 where EXIF has an orientation of its own, which decoders have applied. */
export function orientationLeft(bytes: Uint8Array): number {
  const head = latin1(bytes.subarray(0, 1 << 18)); // metadata comes before the pixels
  const asked = xmpOrientation(head);
  if (asked === 1) return 1;
  const exif = /(?:Exif\0\0|eXIf)(?=II\*\0|MM\0\*)/.exec(head);
  return exif && exifOrientation(bytes.subarray(exif.index + exif[0].length)) ? 1 : asked;
}

/**
 * The orientation that a WebP asks for, and the file without its EXIF: some browsers heed that in a WebP and some do not, so it
 * is hidden from all of them.
 */
export function takeWebpOrientation(bytes: Uint8Array<ArrayBuffer>): {
  bytes: Uint8Array<ArrayBuffer>;
  orientation: number;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hidden = new Uint8Array(bytes);
  let exif: number | undefined;
  let xmp = 1;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const kind = latin1(bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (kind === 'EXIF') {
      exif ??= exifOrientation(latin1(body.subarray(0, 6)) === 'Exif\0\0' ? body.subarray(6) : body);
      hidden.set([0x6e, 0x6f, 0x6e, 0x65], at); // a chunk called "none", which decoders skip as they must
    }
    if (kind === 'XMP ') xmp = xmpOrientation(latin1(body));
    at += 8 + length + (length & 1);
  }
  return { bytes: exif ? hidden : bytes, orientation: exif ?? xmp };
}

// EXIF is a TIFF directory: a byte order, an offset, a count, and 12 bytes an entry: tag, type, count, value.
function exifOrientation(tiff: Uint8Array): number | undefined {
  if (tiff.length < 8) return undefined;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = tiff[0] === 0x49;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return undefined;
  const end = Math.min(view.byteLength, directory + 2 + 12 * view.getUint16(directory, little));
  for (let at = directory + 2; at + 12 <= end; at += 12) {
    if (view.getUint16(at, little) === 0x112) {
      const value = view.getUint16(at + 8, little);
      return value >= 1 && value <= 8 ? value : undefined;
    }
  }
  return undefined;
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

/** The picture turned and mirrored so that a camera's orientation 1 to 8 comes out upright. */
export function turn(pixels: Pixels, orientation: number): Pixels {
  if (orientation === 1) return pixels;
  const sideways = orientation > 4;
  const width = sideways ? pixels.height : pixels.width;
  const height = sideways ? pixels.width : pixels.height;
  const right = [2, 3, 7, 8].includes(orientation); // the source's x runs against the output's axis that carries it
  const bottom = [3, 4, 6, 7].includes(orientation);
  const data = new Uint8Array(pixels.data.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const [along, down] = sideways ? [y, x] : [x, y];
      const column = right ? pixels.width - 1 - along : along;
      const row = bottom ? pixels.height - 1 - down : down;
      const from = (row * pixels.width + column) * 3;
      data[to] = pixels.data[from]!;
      data[to + 1] = pixels.data[from + 1]!;
      data[to + 2] = pixels.data[from + 2]!;
    }
  }
  return { width, height, data };
}
