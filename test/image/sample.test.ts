// The sample picture: always the same, and a lit red lamp in a dark housing before the sky.

import { expect, test } from 'vitest';
import { samplePicture } from '../../src/image/sample.ts';

test('is drawn alike every time', () => {
  const { width, height, data } = samplePicture();
  expect(data.length).toBe(width * height * 3);
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(256);
  expect(samplePicture().data).toEqual(data);
});

test('shows a red lamp over two dark ones', () => {
  const { width, data } = samplePicture();
  const at = (x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  const [red, green] = at(160, 90);
  expect(red).toBeGreaterThan(2 * green!);
  for (const y of [151, 228]) expect(Math.max(...at(160, y))).toBeLessThan(110);
  const [, , blue] = at(20, 10);
  expect(blue).toBeGreaterThan(at(20, 10)[0]!);
});
