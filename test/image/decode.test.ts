// Decoding in Node: every file as Pillow 12.3 reads it, or refused by name.

import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeImage } from '../../src/image/decode.node.ts';
import { orientationLeft, turn } from '../../src/image/orientation.ts';
import type { ImageSource, RawPixels } from '../../src/image/pixels.ts';
import { ConvokeError } from '../../src/runtime/errors.ts';
import edge from '../fixtures/images/edge.json' with { type: 'json' };
import tiny from '../fixtures/images/tiny.json' with { type: 'json' };
import { hasShared, SHARED_MISSING, sharedPath } from '../support/shared.ts';

/** SHA-256 of `ImageOps.exif_transpose(Image.open(file)).convert('RGB').tobytes()`, or the error that Pillow raised. */
type Expected = { width: number; height: number; sha256: string } | { refused: string };

/** Files that Pillow reads and convoke refuses: formats that libvips lacks here, and samples that no camera writes. */
const REFUSED_HERE: Record<string, string> = {
  'pillow/16_bit_binary.pgm': 'unsupported_image: PNM pictures are not read',
  'pillow/16bit.s.tif': 'unsupported_image: TIFF samples of type short are not read',
  'pillow/hopper.bmp': 'unsupported_image: BMP pictures are not read',
  'pillow/zero_dpi.jp2': 'unsupported_image: JPEG 2000 pictures are not read',
};

/** How convoke words what Pillow refuses too. */
const REFUSED_BY_BOTH: Record<string, string> = {
  'pillow/broken.png': 'broken_image: broken PNG: Input buffer has corrupt header',
  'pillow/broken_data_stream.png': 'broken_image: broken PNG: vipspng: libpng read error',
  'pillow/decompression_bomb.gif':
    'image_too_large: 65535 x 66601 is 4364696535 pixels, more than the limit of 178956970',
  'pillow/decompression_bomb.ico': 'unsupported_image: ICO pictures are not read',
  'pillow/truncated_image.png': 'broken_image: broken PNG: vipspng: libpng read error',
  'pillow/truncated_jpeg.jpg': 'broken_image: broken JPEG: truncated, the end marker is missing',
  'torchvision/corrupt.jpg': 'broken_image: broken JPEG: unknown marker 0xae',
  'torchvision/corrupt34_2.jpg': 'broken_image: broken JPEG: truncated, the end marker is missing',
  'torchvision/corrupt34_3.jpg': 'broken_image: broken JPEG: truncated, the end marker is missing',
  'torchvision/corrupt34_4.jpg': 'broken_image: broken JPEG: truncated, the end marker is missing',
};

const base64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const file = (name: keyof typeof tiny) => base64(tiny[name].base64);

/** `code: message` of the error that a decoding ends in. */
async function refusal(source: ImageSource, options = {}): Promise<string> {
  const error: unknown = await decodeImage(source, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConvokeError);
  const { code, message } = error as ConvokeError;
  expect(message).not.toContain('\n');
  return `${code}: ${message}`;
}

describe.skipIf(!hasShared)(`difficult files${hasShared ? '' : `: ${SHARED_MISSING}`}`, () => {
  test.each(Object.entries<Expected>(edge))('%s', async (name, expected) => {
    const path = sharedPath(`data/images/edge/${name}`)!;
    const refused = 'refused' in expected ? REFUSED_BY_BOTH[name] : REFUSED_HERE[name];
    if (refused || 'refused' in expected) {
      expect((await refusal(path)).replace(`${path}: `, '')).toContain(refused);
      return;
    }
    const { width, height, data } = await decodeImage(path);
    const sha256 = createHash('sha256').update(data).digest('hex');
    expect({ width, height, sha256 }).toEqual(expected);
  });

  test('the table names every file there is', async () => {
    const root = sharedPath('data/images/edge')!;
    const found = await readdir(root, { recursive: true, withFileTypes: true });
    const names = found
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    expect(names.sort()).toEqual(Object.keys(edge).sort());
  });
});

test.each(Object.entries(tiny))('%s equals Pillow', async (name, { base64: bytes, width, height, rgb }) => {
  const pixels = await decodeImage(base64(bytes));
  const expected = base64(rgb);
  if (!name.endsWith('.avif')) return expect(pixels).toEqual({ width, height, data: expected });

  expect([pixels.width, pixels.height, pixels.data.length]).toEqual([width, height, expected.length]);
  const differences = Array.from(pixels.data, (value, i) => value - expected[i]!);
  // libheif and libavif round YCbCr apart, and repeat or interpolate subsampled chroma, which averages alike.
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
  expect(Math.abs(mean)).toBeLessThanOrEqual(1);
  if (name !== 'subsampled.avif') expect(Math.max(...differences.map(Math.abs))).toBeLessThanOrEqual(1);
});

describe('where a picture may come from', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convoke-image-'));
    await writeFile(join(folder, 'a b#.jpg'), file('rgb.jpg'));
    await writeFile(join(folder, 'empty.jpg'), '');
    await writeFile(join(folder, 'page.jpg'), '\n<!DOCTYPE html><html><body>404</body></html>');
    await writeFile(join(folder, 'text.jpg'), 'hello');
    await writeFile(join(folder, 'drawing.svg'), '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>');
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('a path, a file: URL, bytes, a Blob', async () => {
    const path = join(folder, 'a b#.jpg');
    const bytes = file('rgb.jpg');
    const sources = [
      path,
      pathToFileURL(path),
      pathToFileURL(path).href,
      bytes,
      Buffer.from(bytes),
      bytes.buffer,
      new Blob([bytes]),
    ];
    for (const source of sources) expect((await decodeImage(source)).data).toEqual(base64(tiny['rgb.jpg'].rgb));
  });

  test('what is no picture is refused by name', async () => {
    const at = (name: string) => join(folder, name);
    expect(await refusal(at('no.jpg'))).toBe(`missing_file: ${at('no.jpg')}: there is no such file`);
    expect(await refusal(at('empty.jpg/x'))).toBe(`missing_file: ${at('empty.jpg/x')}: there is no such file`);
    expect(await refusal(folder)).toBe(`unsupported_image: ${folder}: is a directory, not a picture`);
    expect(await refusal(at('empty.jpg'))).toBe(`broken_image: ${at('empty.jpg')}: the file is empty`);
    expect(await refusal(at('page.jpg'))).toBe(
      `unsupported_image: ${at('page.jpg')}: is a web page (HTML), not a picture`,
    );
    expect(await refusal(at('text.jpg'))).toContain('not a picture of a known format (begins with 68 65 6c 6c)');
    expect(await refusal(at('drawing.svg'))).toContain(
      'SVG pictures are not read; JPEG, PNG, WebP, AVIF, GIF and TIFF are read',
    );
    expect(await refusal('https://example.com/cat.jpg')).toContain('fetch https: URLs and pass the bytes');
    expect(await refusal(new Blob(['']))).toBe('broken_image: image (0 bytes): the file is empty');
    expect(await refusal({} as ImageSource)).toContain('got Object');
  });

  test.each(['rgb.jpg', 'rgba.png', 'lossy.webp', 'transparent.gif', 'rgb.tif'] as const)(
    'half of %s is broken',
    async (name) => {
      const half = file(name).slice(0, file(name).length / 2);
      expect(await refusal(half)).toMatch(/^broken_image: image \(\d+ bytes\): broken (JPEG|PNG|WebP|GIF|TIFF): ./);
    },
  );

  test('no first bytes of a file, nor noise after them, do worse than an ImageError', async () => {
    for (const name of Object.keys(tiny) as (keyof typeof tiny)[]) {
      for (const length of [1, 3, 11, 17, 25, 33]) {
        const noise = file(name).map((byte, i) => (i < length ? byte : (i * 167 + 13) & 255));
        for (const bytes of [file(name).slice(0, length), noise]) expect(await refusal(bytes)).toMatch(/_image|_large/);
      }
    }
  });
});

describe('raw pixels', () => {
  test('grey is repeated, alpha dropped', async () => {
    const raw = (data: number[]): RawPixels => ({ width: 2, height: 1, data: Uint8Array.from(data) });
    expect([...(await decodeImage(raw([7, 9]))).data]).toEqual([7, 7, 7, 9, 9, 9]);
    expect([...(await decodeImage(raw([1, 2, 3, 4, 5, 6]))).data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(await decodeImage(raw([1, 2, 3, 0, 5, 6, 7, 255]))).data]).toEqual([1, 2, 3, 5, 6, 7]);
  });

  test('size and length must agree', async () => {
    const data = new Uint8Array(5);
    expect(await refusal({ width: 2, height: 1, data })).toContain(
      '2 x 1 needs one of 2, 6, 8 bytes, got 5 of Uint8Array',
    );
    expect(await refusal({ width: 0, height: 1, data })).toContain('must be positive integers, got 0 x 1');
    expect(await refusal({ width: 2.5, height: 2, data })).toContain('got 2.5 x 2');
    const floats = new Float32Array(6) as unknown as Uint8Array;
    expect(await refusal({ width: 2, height: 1, data: floats })).toContain('got 6 of Float32Array');
  });
});

test('maxPixels refuses by the header, before decoding', async () => {
  for (const name of ['rgb.jpg', 'rgba.png', 'lossy.webp', 'rgba.webp', 'transparent.gif', 'rgb.tif'] as const) {
    const { width, height } = tiny[name];
    const few = { maxPixels: width * height - 1 };
    expect(await refusal(file(name), few)).toMatch(/^image_too_large: image .* pixels, more than the limit of \d+$/);
    await decodeImage(file(name), { maxPixels: width * height });
  }
});

test('an aborted signal ends decoding', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(decodeImage(file('rgb.jpg'), { signal })).rejects.toThrow('enough');
});

describe('orientation', () => {
  // Six pixels numbered row by row, 3 x 2, as Pillow's exif_transpose turns them.
  test.each([
    [1, 3, 2, [0, 1, 2, 3, 4, 5]],
    [2, 3, 2, [2, 1, 0, 5, 4, 3]],
    [3, 3, 2, [5, 4, 3, 2, 1, 0]],
    [4, 3, 2, [3, 4, 5, 0, 1, 2]],
    [5, 2, 3, [0, 3, 1, 4, 2, 5]],
    [6, 2, 3, [3, 0, 4, 1, 5, 2]],
    [7, 2, 3, [5, 2, 4, 1, 3, 0]],
    [8, 2, 3, [2, 5, 1, 4, 0, 3]],
  ])('%i', (orientation, width, height, order) => {
    const numbered = (order: number[]) => Uint8Array.from(order.flatMap((n) => [n, n, n]));
    const turned = turn({ width: 3, height: 2, data: numbered([0, 1, 2, 3, 4, 5]) }, orientation);
    expect(turned).toEqual({ width, height, data: numbered(order) });
  });

  test('XMP is asked only where EXIF is silent', () => {
    const xmp = Buffer.from('<rdf:Description tiff:Orientation="6"/>');
    expect(orientationLeft(xmp)).toBe(6);
    expect(orientationLeft(Buffer.concat([file('rgb.jpg'), xmp]))).toBe(6);
    expect(orientationLeft(Buffer.concat([file('orientation_3.jpg'), xmp]))).toBe(1);
    expect(orientationLeft(Buffer.concat([file('orientation_6.png'), xmp]))).toBe(1);
    expect(orientationLeft(file('rgb.jpg'))).toBe(1);
  });
});
