// Elastic distortion: a smooth random field moves every point.
//
// P. Simard, D. Steinkraus, J. Platt: Best Practices for Convolutional Neural Networks Applied to Visual Document
// Analysis, 2003, section 2: each displacement is uniform in [-1, 1], smoothed by a Gaussian of sigma, times alpha.

import { exponential } from '../weights/real_functions.ts';
import type { Canvas } from './canvas.ts';
import type { Draws } from './draws.ts';
import { type Positions, positionsOf } from './warp.ts';

/** Where the output of a distortion is read. `alpha` and `sigma` in pixels. */
export function elasticPositions(canvas: Canvas, alpha: number, sigma: number, draws: Draws): Positions {
  const { width, height } = canvas;
  const kernel = gaussian(sigma);
  const { x, y } = positionsOf(canvas);
  drawSmooth(x, width, height, kernel, draws);
  drawSmooth(y, width, height, kernel, draws);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      x[i] = column + alpha * x[i]!;
      y[i] = row + alpha * y[i]!;
    }
  }
  return { x, y };
}

/** One half of a Gaussian and its middle, cut at three sigma; the whole sums to 1. */
function gaussian(sigma: number): Float64Array {
  const half = Float64Array.from({ length: Math.ceil(3 * sigma) + 1 }, (_, i) =>
    exponential((-i * i) / (2 * sigma * sigma)),
  );
  const sum = half.reduce((total, weight, i) => total + (i === 0 ? weight : 2 * weight), 0);
  return half.map((weight) => weight / sum);
}

/** Fills a field with uniform numbers of 16 bits, smoothed along rows and columns. */
function drawSmooth(field: Float64Array, width: number, height: number, kernel: Float64Array, draws: Draws): void {
  for (let i = 0; i < field.length; i += 2) {
    const word = draws.word();
    field[i] = ((word & 0xffff) + 0.5) / 2 ** 15 - 1;
    if (i + 1 < field.length) field[i + 1] = ((word >>> 16) + 0.5) / 2 ** 15 - 1;
  }
  const turned = new Float64Array(field.length);
  smoothRows(field, turned, width, height, kernel);
  smoothRows(turned, field, height, width, kernel);
}

/** Smooths along the rows and gives the transpose, so that twice is both axes. Nothing moves beyond the edges. */
function smoothRows(from: Float64Array, to: Float64Array, width: number, height: number, kernel: Float64Array): void {
  const reach = kernel.length - 1;
  const row = new Float64Array(width + 2 * reach); // with the zeros around it
  for (let y = 0; y < height; y++) {
    row.set(from.subarray(y * width, (y + 1) * width), reach);
    for (let x = 0; x < width; x++) {
      let sum = kernel[0]! * row[reach + x]!;
      for (let k = 1; k <= reach; k++) sum += kernel[k]! * (row[reach + x - k]! + row[reach + x + k]!);
      to[x * height + y] = sum;
    }
  }
}
