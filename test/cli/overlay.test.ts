// Heat maps over pictures: colours, place and file.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overlay, quantile, scaledHeat, turbo, writeOverlay } from '../../src/cli/overlay.ts';
import { pngAddress, writePng } from '../../src/cli/png.ts';
import { decodeImage } from '../../src/image/decode.node.ts';
import { drawDigit } from '../../src/image/digits.ts';
import type { Pixels } from '../../src/image/pixels.ts';
import type { Preprocess } from '../../src/image/preprocess_spec.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convoke-overlay-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sees = (resize: number, crop: number): Preprocess => ({
  resize,
  crop,
  interpolation: 'bilinear',
  antialias: true,
  mean: [0, 0, 0],
  std: [1, 1, 1],
});
const plain = (width: number, height: number, level: number): Pixels => ({
  width,
  height,
  data: new Uint8Array(3 * width * height).fill(level),
});
const map = (width: number, height: number, ...values: number[]) => ({
  width,
  height,
  data: Float32Array.from(values),
});
const pixel = ({ width, data }: Pixels, x: number, y: number) => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];

describe('colours', () => {
  it('go from dark blue over green to dark red', () => {
    const hex = (value: number) =>
      turbo(value)
        .map((light) =>
          Math.round(255 * light)
            .toString(16)
            .padStart(2, '0'),
        )
        .join('');
    expect([0, 0.25, 0.5, 0.75, 1].map(hex)).toMatchInlineSnapshot(`
      [
        "23171b",
        "26bde1",
        "96fa50",
        "ff801d",
        "900d00",
      ]
    `);
    expect([turbo(-1), turbo(2)]).toEqual([turbo(0), turbo(1)]);
  });

  it('rise in green up to the middle and fall after it, but for the ends', () => {
    const green = Array.from({ length: 101 }, (_, i) => turbo(i / 100)[1]!);
    const peak = green.indexOf(Math.max(...green));
    expect(peak).toBeGreaterThan(40);
    expect(peak).toBeLessThan(60);
    for (let i = 2; i < 40; i++) expect(green[i]!).toBeGreaterThan(green[i - 1]!);
    for (let i = 62; i < 96; i++) expect(green[i]!).toBeLessThan(green[i - 1]!);
  });
});

describe('an overlay', () => {
  it('covers what the model saw and darkens the rest', () => {
    // Short side 20 becomes 10, and the middle 8 x 8 of 10 x 20 is seen: 16 x 16 of 20 x 40.
    const { width, height, data } = overlay(plain(20, 40, 200), map(1, 1, 0), sees(10, 8));
    expect([width, height]).toEqual([20, 40]);
    const seen = (x: number, y: number) => x >= 2 && x < 18 && y >= 12 && y < 28;
    const blue = turbo(0).map((light) => Math.round(0.7 * 200 + 0.3 * 255 * light));
    for (let y = 0; y < 40; y++)
      for (let x = 0; x < 20; x++)
        expect(pixel({ width, height, data }, x, y), `${x} ${y}`).toEqual(seen(x, y) ? blue : [70, 70, 70]);
  });

  it('puts the heat where the map has it, and is hottest at its brightest', () => {
    const blended = overlay(plain(8, 8, 0), map(2, 2, 0, 0, 0, 1), sees(8, 8));
    const red = turbo(1).map((light) => Math.round(0.65 * 255 * light));
    expect(pixel(blended, 7, 7)).toEqual(red);
    expect(pixel(blended, 0, 0)).toEqual(turbo(0).map((light) => Math.round(0.3 * 255 * light)));
    // Halfway between the centres of two cells.
    const half = overlay(plain(4, 4, 0), map(2, 1, 0, 1), sees(4, 4));
    expect(pixel(half, 1, 0)).not.toEqual(pixel(half, 0, 0));
    expect(pixel(half, 1, 0)).toEqual(pixel(half, 1, 3));
  });

  it('is written as PNG, small pictures larger', async () => {
    const file = join(folder, 'new folder/digit.png');
    await writeOverlay(file, drawDigit(3, 1), map(1, 1, 0.5), sees(28, 28));
    expect(await readdir(join(folder, 'new folder'))).toEqual(['digit.png']);
    const { width, height } = await decodeImage(file);
    expect([width, height]).toEqual([224, 224]);
  });
});

describe('heat', () => {
  it('is scaled to its hottest; what is negative is none', () => {
    expect([...scaledHeat(map(2, 2, -1, 0, 1, 4)).data]).toEqual([0, 0, 0.25, 1]);
    expect([...scaledHeat(map(2, 2, 0, 1, 2, 4), 2).data]).toEqual([0, 0.5, 1, 1]);
    expect([...scaledHeat(map(2, 1, 0, -3)).data]).toEqual([0, 0]);
  });

  it('has quantiles', () => {
    const values = Float32Array.from({ length: 100 }, (_, i) => (i * 37) % 100);
    expect([quantile(values, 0), quantile(values, 0.5), quantile(values, 0.99), quantile(values, 1)]).toEqual([
      0, 50, 99, 99,
    ]);
  });
});

describe('a PNG', () => {
  it('has the pixels it was given', async () => {
    const file = join(folder, 'pixels.png');
    for (const pixels of [drawDigit(8, 2), { width: 2, height: 1, data: new Uint8Array([1, 2, 3, 250, 0, 9]) }]) {
      await writePng(file, pixels);
      const { data } = await decodeImage(file);
      expect([...data]).toEqual([...pixels.data]);
    }
  });

  it('fits into a page', async () => {
    const address = await pngAddress(plain(300, 150, 9), 96);
    expect(address).toMatch(/^data:image\/png;base64,/);
    const { width, height } = await decodeImage(Buffer.from(address.split(',')[1]!, 'base64'));
    expect([width, height]).toEqual([96, 48]);
  });

  it('that cannot be written says so', async () => {
    await writePng(join(folder, 'file.png'), plain(1, 1, 0));
    await expect(writePng(join(folder, 'file.png/below.png'), plain(1, 1, 0))).rejects.toThrow(
      /below\.png cannot be written/,
    );
  });
});
