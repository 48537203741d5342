// Resizing against Pillow's own answers, and the weights against torch's.

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { antialiasedTaps, type Interpolation, plainTaps } from '../../src/image/resample_weights.ts';
import { resize } from '../../src/image/resize.ts';
import pillow from '../fixtures/images/resize.json' with { type: 'json' };
import { fillPicture, uniform } from '../support/fill.ts';
import { hasShared, SHARED_MISSING, sharedJson } from '../support/shared.ts';

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

describe('equals Pillow bit for bit', () => {
  test.each(pillow.resize)(
    '$height x $width x $channels to $size, $interpolation',
    ({ height, width, channels, size, interpolation, sha256: expected }) => {
      const picture = { height, width, data: fillPicture(height, width, channels) };
      const mode = interpolation as Interpolation;
      const resized = resize(picture, { height: size[0]!, width: size[1]!, interpolation: mode, antialias: true });
      expect(resized.data.length).toBe(size[0]! * size[1]! * channels);
      expect(sha256(resized.data)).toBe(expected);
    },
  );
});

test.each([true, false])('a crop is the same part of the whole, antialias %s', (antialias) => {
  const picture = { height: 37, width: 53, data: fillPicture(37, 53, 3) };
  for (const interpolation of ['bilinear', 'bicubic'] as const) {
    for (const [height, width] of [
      [20, 29],
      [80, 111],
    ] as const) {
      const size = { height, width, interpolation, antialias };
      const whole = resize(picture, size);
      const crop = { left: 5, top: 7, width: 11, height: 9 };
      const part = resize(picture, { ...size, crop });
      for (let y = 0; y < crop.height; y++) {
        const from = ((crop.top + y) * width + crop.left) * 3;
        const row = part.data.subarray(y * crop.width * 3, (y + 1) * crop.width * 3);
        expect(row).toEqual(whole.data.subarray(from, from + crop.width * 3));
      }
    }
  }
});

test('antialias: false rounds torch’s bare interpolation once', () => {
  const picture = { height: 1, width: 4, data: Uint8Array.of(10, 20, 30, 255) };
  const half = { height: 1, width: 2, antialias: false } as const;
  expect([...resize(picture, { ...half, interpolation: 'bilinear' }).data]).toEqual([15, 142]); // 142.5, half to even
  // At 0.5 with a = -0.75 the weights are -3/32, 19/32, 19/32, -3/32; the border pixel is repeated.
  const first = (-3 * 10 + 19 * 10 + 19 * 20 - 3 * 30) / 32;
  const second = (-3 * 20 + 19 * 30 + 19 * 255 - 3 * 255) / 32;
  const expected = [Math.round(first), Math.round(second)];
  expect([...resize(picture, { ...half, interpolation: 'bicubic' }).data]).toEqual(expected);
});

interface Interpolate {
  readonly name: string;
  readonly op: string;
  readonly attrs: { readonly mode: Interpolation; readonly size: [number, number]; readonly antialias: boolean };
  readonly inputs: { readonly x: [[number, number, number, number], number, number] };
  readonly out: { readonly y: { readonly data: number[] } };
}

test.skipIf(!hasShared)(
  `the weights are torch’s, with and without antialiasing${hasShared ? '' : `: ${SHARED_MISSING}`}`,
  async () => {
    const oracle = (await sharedJson<{ cases: Interpolate[] }>('oracle/data/ops/resize.json'))!;
    const cases = oracle.cases.filter(({ op }) => op === 'interpolate');
    expect(cases.length).toBeGreaterThan(10);
    for (const { name, attrs, inputs, out } of cases) {
      const [[, C, H, W], scale, shift] = inputs.x;
      const x = uniform(`${name}/x`, inputs.x[0], scale, shift);
      const [P, Q] = attrs.size;
      const taps = attrs.antialias ? antialiasedTaps : plainTaps;
      const rows = taps({ from: H, to: P, first: 0, count: P }, attrs.mode);
      const columns = taps({ from: W, to: Q, first: 0, count: Q }, attrs.mode);
      for (let c = 0, i = 0; c < C; c++) {
        for (const row of rows) {
          for (const column of columns) {
            let sum = 0;
            let magnitude = 0;
            row.weights.forEach((down, dy) => {
              column.weights.forEach((across, dx) => {
                const term = down * across * x[(c * H + row.start + dy) * W + column.start + dx]!;
                sum += term;
                magnitude += Math.abs(term);
              });
            });
            // Both sides are float64; the oracle's was rounded to float32 once, at most half an ulp of its value.
            const expected = Math.fround(out.y.data[i++]!); // printed as the shortest decimal that reads back so
            expect(Math.abs(sum - expected), name).toBeLessThanOrEqual(
              2 ** -24 * Math.abs(expected) + 2 ** -44 * magnitude,
            );
          }
        }
      }
    }
  },
);
