// Decoding in a browser: the same pixels as Pillow's (and so as Node's), or a refusal by name.

import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../src/image/decode.browser.ts';
import type { ImageSource, Pixels } from '../../src/image/pixels.ts';
import { ConvokeError } from '../../src/runtime/errors.ts';
import edge from '../fixtures/images/edge.json' with { type: 'json' };
import tiny from '../fixtures/images/tiny.json' with { type: 'json' };
import { hasShared, readShared, SHARED_MISSING } from '../support/shared.ts';

type Expected = { width: number; height: number; sha256: string } | { refused: string };

/** Files that Pillow reads and browsers do not, or not as Pillow does. */
const REFUSED_HERE: Record<string, string> = {
  'pillow/16_bit_binary.pgm': 'PNM pictures are not read',
  'pillow/16bit.s.tif': 'TIFF pictures are not read',
  'pillow/hopper.bmp': 'BMP pictures are not read',
  'pillow/i_trns.png': '16-bit greyscale PNG cannot be read as Pillow does',
  'pillow/zero_dpi.jp2': 'JPEG 2000 pictures are not read',
  'grey16.png': '16-bit greyscale PNG cannot be read as Pillow does',
  'rgb.tif': 'TIFF pictures are not read',
};

const base64 = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const file = (name: keyof typeof tiny) => base64(tiny[name].base64);
const blob = (name: keyof typeof tiny) => new Blob([file(name)]);
const rgb = (name: keyof typeof tiny) => base64(tiny[name].rgb);

async function sha256(data: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new Uint8Array(data));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function refusal(source: ImageSource, options = {}): Promise<string> {
  const error: unknown = await decodeImage(source, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConvokeError);
  const { code, message } = error as ConvokeError;
  return `${code}: ${message}`;
}

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), a.length === b.length ? 0 : 256);
}

test.each(Object.entries(tiny))('%s equals Pillow', async (name, expected) => {
  const refused = REFUSED_HERE[name];
  if (refused) return expect(await refusal(base64(expected.base64))).toContain(refused);
  const { width, height, data } = await decodeImage(base64(expected.base64));
  expect([width, height]).toEqual([expected.width, expected.height]);
  // Chromium rounds the product of ink and black once where Pillow rounds it in its own way.
  const allowed = name.startsWith('cmyk') ? 1 : 0;
  expect(largestDifference(data, base64(expected.rgb))).toBeLessThanOrEqual(allowed);
});

describe.skipIf(!hasShared)(`difficult files${hasShared ? '' : `: ${SHARED_MISSING}`}`, () => {
  test.each(Object.entries<Expected>(edge))('%s', async (name, expected) => {
    const bytes = (await readShared(`data/images/edge/${name}`))!;
    const refused = REFUSED_HERE[name];
    if (refused || 'refused' in expected) {
      expect(await refusal(bytes)).toMatch(/^(broken_image|unsupported_image|image_too_large): image \(\d+ bytes\): /);
      return expect(await refusal(bytes)).toContain(refused ?? '');
    }
    const { width, height, data } = await decodeImage(bytes);
    expect([width, height]).toEqual([expected.width, expected.height]);
    if (name.includes('cmyk')) return; // a level of difference cannot be seen in a hash; the tiny files test it
    expect(await sha256(data)).toBe(expected.sha256);
  });
});

describe('what a browser has for a picture', () => {
  const width = 16;
  const height = 12;
  const drawn = async () => createImageBitmap(blob('rgb.jpg'), { colorSpaceConversion: 'none' });

  async function paint<C extends HTMLCanvasElement | OffscreenCanvas>(canvas: C): Promise<C> {
    const context = canvas.getContext('2d') as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
    context.drawImage(await drawn(), 0, 0);
    return canvas;
  }

  const sources: Record<string, () => Promise<ImageSource>> = {
    Blob: async () => blob('rgb.jpg'),
    File: async () => new File([file('rgb.jpg')], 'cat.jpg'),
    ArrayBuffer: async () => file('rgb.jpg').buffer,
    'a part of a buffer': async () => Uint8Array.from([1, 2, ...file('rgb.jpg'), 3]).subarray(2, -1),
    'blob: URL': async () => URL.createObjectURL(blob('rgb.jpg')),
    'data: URL': async () => new URL(`data:image/jpeg;base64,${tiny['rgb.jpg'].base64}`),
    ImageBitmap: drawn,
    img: async () => Object.assign(new Image(), { src: URL.createObjectURL(blob('rgb.jpg')) }),
    canvas: () => paint(Object.assign(document.createElement('canvas'), { width, height })),
    OffscreenCanvas: () => paint(new OffscreenCanvas(width, height)),
    VideoFrame: async () => new VideoFrame(await paint(new OffscreenCanvas(width, height)), { timestamp: 0 }),
    ImageData: async () =>
      (await paint(new OffscreenCanvas(width, height))).getContext('2d')!.getImageData(0, 0, width, height),
    'raw pixels': async () => ({ width, height, data: rgb('rgb.jpg') }),
  };

  test.each(Object.entries(sources))('%s', async (_, source) => {
    expect(await decodeImage(await source())).toEqual({ width, height, data: rgb('rgb.jpg') });
  });

  test('an img turned by EXIF and one with transparency', async () => {
    for (const name of ['orientation_6.jpg', 'rgba.png'] as const) {
      const img = Object.assign(new Image(), { src: URL.createObjectURL(blob(name)) });
      expect((await decodeImage(img)).data).toEqual(rgb(name));
    }
  });

  test('a frame of a playing video', async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d')!;
    const video = Object.assign(document.createElement('video'), { srcObject: canvas.captureStream(), muted: true });
    expect(await refusal(video)).toBe('broken_image: HTMLVideoElement: has no pixels (0 x 0)');
    const colour = () => {
      context.fillStyle = 'rgb(200, 40, 90)';
      context.fillRect(0, 0, width, height);
    };
    const timer = setInterval(colour, 20);
    await video.play();
    const pixels: Pixels = await decodeImage(video);
    clearInterval(timer);
    expect([pixels.width, pixels.height]).toEqual([width, height]);
    const expected = Uint8Array.from({ length: width * height * 3 }, (_, i) => [200, 40, 90][i % 3]!);
    expect(largestDifference(pixels.data, expected)).toBeLessThanOrEqual(8); // video is YUV: a few levels by design
  });
});

test('pictures that the browser itself encodes', async () => {
  const canvas = new OffscreenCanvas(40, 30);
  const context = canvas.getContext('2d')!;
  context.fillStyle = 'rgb(12, 200, 77)';
  context.fillRect(0, 0, 40, 30);
  for (const type of ['image/png', 'image/jpeg', 'image/webp']) {
    const { width, height, data } = await decodeImage(await canvas.convertToBlob({ type, quality: 1 }));
    expect([width, height]).toEqual([40, 30]);
    // One colour all over costs a lossy format a rounding to YUV and one back.
    const expected = Uint8Array.from({ length: 3600 }, (_, i) => [12, 200, 77][i % 3]!);
    expect(largestDifference(data, expected)).toBeLessThanOrEqual(type === 'image/png' ? 0 : 3);
  }
});

test('more transparent pictures than a page may have WebGL contexts', async () => {
  for (let i = 0; i < 40; i++) expect((await decodeImage(blob('rgba.png'))).data).toEqual(rgb('rgba.png'));
});

test('what is no picture is refused by name', async () => {
  expect(await refusal('/no/such/picture.jpg')).toMatch(
    /\/no\/such\/picture.jpg: (the server answered 404|is a web page)/,
  );
  expect(await refusal('http://127.0.0.1:9/cat.jpg')).toContain(
    'missing_file: http://127.0.0.1:9/cat.jpg: cannot be fetched',
  );
  expect(await refusal(new File(['<!doctype html><p>404'], 'cat.jpg'))).toBe(
    'unsupported_image: cat.jpg: is a web page (HTML), not a picture',
  );
  expect(await refusal(new Blob([]))).toBe('broken_image: image (0 bytes): the file is empty');
  expect(await refusal(new Image())).toContain('broken_image: HTMLImageElement: cannot be read');
  expect(await refusal(new OffscreenCanvas(0, 4))).toBe('broken_image: OffscreenCanvas: has no pixels (0 x 4)');
  expect(await refusal({} as ImageSource)).toContain('invalid_argument');
});

test.each(['rgb.jpg', 'rgba.png', 'lossy.webp', 'rgba.webp', 'transparent.gif'] as const)(
  'limits and halves of %s',
  async (name) => {
    const { width, height } = tiny[name];
    const limit = `more than the limit of ${width * height - 1}`;
    expect(await refusal(file(name), { maxPixels: width * height - 1 })).toContain(limit);
    const half = file(name).slice(0, file(name).length / 2);
    expect(await refusal(half)).toMatch(/^broken_image: /);
  },
);

test('an aborted signal ends decoding', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(decodeImage(blob('rgb.jpg'), { signal })).rejects.toThrow('enough');
});
