// A decoded picture, and everything a platform accepts as one.

/** A decoded picture: 8-bit sRGB, rows from the top, three bytes (R, G, B) a pixel, no padding. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Raw pixels of a caller's own: 1 (grey), 3 (RGB) or 4 (RGBA; alpha is dropped, as Pillow's convert('RGB') does) bytes a pixel. */
export interface RawPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * What the platform has for a picture. In browsers: ImageBitmap, img, canvas, OffscreenCanvas, video, VideoFrame,
 * ImageData, Blob, URL. In Node: a path, a `file:` URL, the bytes of a JPEG, PNG, WebP, AVIF or GIF. Everywhere: raw pixels.
 */
export type ImageSource =
  | string
  | URL
  | Blob
  | Uint8Array
  | ArrayBuffer
  | RawPixels
  | ImageBitmap
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | VideoFrame;

/** Decoding options. */
export interface DecodeOptions {
  /** Pictures of more pixels than this are refused before they are decoded. Default: Pillow's own limit, 178,956,970. */
  readonly maxPixels?: number;
  readonly signal?: AbortSignal;
}

/** Pillow's Image.MAX_IMAGE_PIXELS times two, above which it raises DecompressionBombError. */
export const MAX_PIXELS = 178_956_970;
