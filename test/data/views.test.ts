// Views for evaluation: AlexNet's ten, and what fewer of them are.
import { expect, it } from 'vitest';
import { views } from '../../src/data/views.ts';
import { preprocess } from '../../src/image/preprocess.ts';
import type { Preprocess } from '../../src/image/preprocess_spec.ts';
import { fillPicture } from '../support/fill.ts';

const spec: Preprocess = {
  resize: 16,
  crop: 10,
  interpolation: 'bilinear',
  antialias: true,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
const picture = { width: 40, height: 24, data: fillPicture(24, 40, 3, 'views') };
const size = 3 * 10 * 10;
const view = (data: Float32Array, i: number) => data.subarray(i * size, (i + 1) * size);

/** A window of the 16 x 16 centre square, cut from what evaluation sees of it. */
function corner(left: number, top: number): Float32Array {
  const square = preprocess(picture, { ...spec, crop: 16 }).data;
  const out = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const [channel, y, x] = [Math.floor(i / 100), Math.floor(i / 10) % 10, i % 10];
    out[i] = square[(channel * 16 + top + y) * 16 + left + x]!;
  }
  return out;
}

const mirror = (data: Float32Array) => data.map((_, i) => data[i - (i % 10) + 9 - (i % 10)]!);

it('ten are the centre and the corners of the centre square, and their mirrors', () => {
  const { data, shape } = views(picture, spec, 'ten');
  expect(shape).toEqual([10, 3, 10, 10]);
  expect(view(data, 0)).toEqual(preprocess(picture, spec).data);
  for (const [i, [left, top]] of [
    [0, 0],
    [6, 0],
    [0, 6],
    [6, 6],
  ].entries()) {
    expect(view(data, 1 + i), `corner ${i}`).toEqual(corner(left!, top!));
  }
  for (let i = 0; i < 5; i++) expect(view(data, 5 + i)).toEqual(mirror(view(data, i)));
});

it('five, two and one are the first of them', () => {
  const ten = views(picture, spec, 'ten').data;
  expect(views(picture, spec, 'five').data).toEqual(ten.slice(0, 5 * size));
  expect(views(picture, spec, 'centre')).toEqual({ data: ten.slice(0, size), shape: [1, 3, 10, 10] });
  const flipped = views(picture, spec, 'flipped');
  expect(flipped.shape).toEqual([2, 3, 10, 10]);
  expect(view(flipped.data, 1)).toEqual(view(ten, 5));
});

it('grey networks get grey, and a crop of the whole square has no corners', () => {
  const whole = { ...spec, resize: 10, mean: [0], std: [1] };
  const { data, shape } = views(picture, whole, 'five');
  expect(shape).toEqual([5, 1, 10, 10]);
  for (let i = 0; i < 5; i++) expect(data.slice(100 * i, 100 * i + 100)).toEqual(preprocess(picture, whole).data);
});
