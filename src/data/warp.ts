// Moving a picture's points: every output pixel is read where a map says, bilinear, in float.

import { cosine, sine } from '../weights/real_functions.ts';
import { blank, type Canvas } from './canvas.ts';

/** Where each output pixel is read, in pixels of the source: its centre at (0, 0) is the first pixel's. */
export interface Positions {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

let scratch: Positions = { x: new Float64Array(0), y: new Float64Array(0) };

/** Memory for the positions of a canvas, the same again for the next one of its size: they are used up before that. */
export function positionsOf({ width, height }: Canvas): Positions {
  const count = width * height;
  if (scratch.x.length !== count) scratch = { x: new Float64Array(count), y: new Float64Array(count) };
  return scratch;
}

/** The canvas read at the positions; `fill` is the level beyond its edges. */
export function sample(from: Canvas, { x, y }: Positions, fill: number): Canvas {
  const { width, height, channels } = from;
  const to = blank(width, height, channels);
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * width * height;
    samplePlane(from.data, to.data, start, width, height, x, y, fill);
  }
  return to;
}

function samplePlane(
  from: Float32Array,
  to: Float32Array,
  start: number,
  width: number,
  height: number,
  x: Float64Array,
  y: Float64Array,
  fill: number,
): void {
  for (let i = 0; i < x.length; i++) {
    const along = x[i]!;
    const down = y[i]!;
    if (along >= 0 && down >= 0 && along < width - 1 && down < height - 1) {
      const left = along | 0;
      const top = down | 0;
      const u = along - left;
      const at = start + top * width + left;
      const above = from[at]! * (1 - u) + from[at + 1]! * u;
      const below = from[at + width]! * (1 - u) + from[at + width + 1]! * u;
      to[start + i] = above + (below - above) * (down - top);
    } else {
      to[start + i] = sampleEdge(from, start, width, height, along, down, fill);
    }
  }
}

/** The same near the edges and beyond them. */
function sampleEdge(
  from: Float32Array,
  start: number,
  width: number,
  height: number,
  along: number,
  down: number,
  fill: number,
): number {
  const left = Math.floor(along);
  const top = Math.floor(down);
  if (left < -1 || top < -1 || left >= width || top >= height) return fill;
  const level = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height ? from[start + y * width + x]! : fill;
  const u = along - left;
  const above = level(left, top) * (1 - u) + level(left + 1, top) * u;
  const below = level(left, top + 1) * (1 - u) + level(left + 1, top + 1) * u;
  return above + (below - above) * (down - top);
}

/** An affine map about the picture's centre. Angles in degrees, clockwise; shifts in pixels, to the right and down. */
export interface AffineMap {
  readonly degrees: number;
  readonly shift: readonly [x: number, y: number];
  readonly scale: number;
  readonly shear: readonly [x: number, y: number];
}

/**
 * Where an affine map's output is read. It is torchvision's, `functional.affine`: rotate, shear and scale about the
 * centre, then shift; in words of its matrix, C = T R(degrees) Shear Scale, and what is read is at its inverse.
 */
export function affinePositions(canvas: Canvas, map: AffineMap): Positions {
  const { width, height } = canvas;
  const [shearX, shearY] = map.shear;
  const cosY = cosineOf(shearY);
  const [cosine, sine] = [cosineOf(map.degrees - shearY) / cosY, sineOf(map.degrees - shearY) / cosY];
  const tanX = sineOf(shearX) / cosineOf(shearX);
  // The inverse of [[a, b], [c, d]], whose determinant is scale^2.
  const [a, b] = [cosine, -cosine * tanX - sineOf(map.degrees)];
  const [c, d] = [sine, -sine * tanX + cosineOf(map.degrees)];
  const [xx, xy, yx, yy] = [d / map.scale, -b / map.scale, -c / map.scale, a / map.scale];
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  const { x, y } = positionsOf(canvas);
  for (let row = 0, i = 0; row < height; row++) {
    const down = row - centreY - map.shift[1];
    for (let column = 0; column < width; column++, i++) {
      const along = column - centreX - map.shift[0];
      x[i] = xx * along + xy * down + centreX;
      y[i] = yx * along + yy * down + centreY;
    }
  }
  return { x, y };
}

/** Functions of an angle in degrees, the same bits on every engine. */
function sineOf(degrees: number): number {
  return sine(turns(degrees));
}

function cosineOf(degrees: number): number {
  return cosine(turns(degrees));
}

function turns(degrees: number): number {
  return degrees / 360 - Math.floor(degrees / 360);
}
