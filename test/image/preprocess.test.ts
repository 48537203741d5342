// Preprocessing against torchvision's pipeline on PIL images.

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cropSpan, grayscale, preprocess, resizedSize } from '../../src/image/preprocess.ts';
import type { Preprocess } from '../../src/image/preprocess_spec.ts';
import type { Interpolation } from '../../src/image/resample_weights.ts';
import pillow from '../fixtures/images/resize.json' with { type: 'json' };
import { fillPicture } from '../support/fill.ts';
import { hasShared, SHARED_MISSING, sharedJson } from '../support/shared.ts';

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const plain = { mean: [0, 0, 0], std: [1, 1, 1] };
const levels = (data: Float32Array) => data.map((value) => Math.round(value * 255));

interface Digest {
  readonly rows: number[];
  readonly cols: number[];
  readonly grid: number[];
  readonly mean: number[];
}

interface Pipeline {
  readonly name: string;
  readonly op: string;
  readonly attrs: { height: number; width: number; resize: number; crop: number; interpolation: Interpolation };
  readonly resized: [number, number];
  readonly cropTopLeft: [number, number];
  readonly exact: Digest;
  readonly pillowU8: Digest & { readonly sum: number };
  readonly pillowVsExactMaxAbs: number;
}

const oracle = await sharedJson<{ cases: Pipeline[] }>('oracle/data/ops/resize.json');
const pipelines = oracle?.cases.filter(({ op }) => op === 'classification_transform') ?? [];

test.skipIf(!hasShared)(`the oracle has pipelines${hasShared ? '' : `: ${SHARED_MISSING}`}`, () => {
  expect(pipelines.length).toBe(6);
});

describe.each(pipelines)('$name', ({ name, attrs, resized, cropTopLeft, exact, pillowU8, pillowVsExactMaxAbs }) => {
  const { height, width, crop } = attrs;
  const picture = { height, width, data: fillPicture(height, width, 3, name) };
  const at = (data: Float32Array, { rows, cols }: Digest) =>
    [0, 1, 2].flatMap((c) => rows.flatMap((y) => cols.map((x) => data[(c * crop + y) * crop + x]!)));

  test('resized size and crop offset', () => {
    const size = resizedSize(width, height, attrs.resize);
    expect([size.height, size.width]).toEqual(resized);
    expect([cropSpan(size.height, crop).from, cropSpan(size.width, crop).from]).toEqual(cropTopLeft);
  });

  test('every byte is Pillow’s', () => {
    const bytes = levels(preprocess(picture, { ...attrs, antialias: true, ...plain }).data);
    expect(at(bytes, pillowU8)).toEqual(pillowU8.grid);
    expect(bytes.reduce((sum, level) => sum + level, 0)).toBe(pillowU8.sum);
  });

  test('normalised values are within Pillow’s own distance of exact arithmetic', () => {
    const { data, ...size } = preprocess(picture, { ...attrs, antialias: true, ...imagenet });
    expect(size).toEqual({ height: crop, width: crop });
    // Half a level of rounding on top of what Pillow's rounded result differs from the rounded exact one.
    const bound = (pillowVsExactMaxAbs + 0.5) / 255 / Math.min(...imagenet.std) + 1e-6;
    at(data, exact).forEach((value, i) => {
      expect(Math.abs(value - exact.grid[i]!)).toBeLessThanOrEqual(bound);
    });
  });
});

test('normalises in float32 as torch does: divide, subtract, divide', () => {
  const data = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => Math.floor(i / 3));
  const spec: Preprocess = { resize: 16, crop: 16, interpolation: 'bilinear', antialias: true, ...imagenet };
  const out = preprocess({ width: 16, height: 16, data }, spec).data;
  const one = new Float32Array(1);
  const f32 = (value: number) => {
    one[0] = value;
    return one[0];
  };
  for (let c = 0; c < 3; c++) {
    for (let level = 0; level < 256; level++) {
      const expected = f32(f32(f32(level / 255) - f32(imagenet.mean[c]!)) / f32(imagenet.std[c]!));
      expect(out[c * 256 + level]).toBe(expected);
    }
  }
  // The ends of ImageNet's red channel, as torch prints them.
  expect([out[0], out[255]]).toEqual([f32(-2.1179039478), f32(2.2489082813)]);
});

test('a picture smaller than the crop is framed in black, the odd pixel after it', () => {
  const picture = { width: 3, height: 2, data: new Uint8Array(18).fill(255) };
  const spec: Preprocess = { resize: 2, crop: 5, interpolation: 'bilinear', antialias: true, ...plain };
  const rows = levels(preprocess(picture, spec).data).slice(0, 25);
  const expected = [0, 0, 0, 0, 0, 0, 255, 255, 255, 0, 0, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  expect([...rows]).toEqual(expected);
});

test('one mean asks for grey, as Pillow converts it', () => {
  const { height, width, sha256 } = pillow.grey;
  const picture = { height, width, data: fillPicture(height, width, 3) };
  const grey = grayscale(picture);
  expect(createHash('sha256').update(grey.data).digest('hex')).toBe(sha256);
  const spec: Preprocess = { resize: 37, crop: 28, interpolation: 'bilinear', antialias: true, mean: [0], std: [1] };
  const { data } = preprocess(picture, spec);
  expect(data.length).toBe(28 * 28);
  // (37 - 28) / 2 = 4.5 and (53 - 28) / 2 = 12.5 both go down to the even one.
  expect(levels(data)[0]).toBe(grey.data[4 * width + 12]);
});

test('other numbers of channels are refused', () => {
  const spec = { resize: 4, crop: 4, interpolation: 'bilinear', antialias: true } as const;
  const picture = { width: 4, height: 4, data: new Uint8Array(48) };
  const call = () => preprocess(picture, { ...spec, mean: [0, 0, 0], std: [1] });
  expect(call).toThrow('1 or 3 of both mean and std are expected, got 3 means and 1 standard deviations');
});

test('a picture one pixel high is cropped without resizing what nobody sees', () => {
  const picture = { width: 100_000, height: 1, data: new Uint8Array(300_000).fill(9) };
  const spec: Preprocess = { resize: 256, crop: 224, interpolation: 'bicubic', antialias: true, ...plain };
  const bytes = levels(preprocess(picture, spec).data);
  expect(bytes.every((level) => level === 9)).toBe(true);
});
