// Handwritten digits as MNIST has them, drawn here: 28 x 28, white on black, the ink in a box of 20 x 20 whose centre of mass
// is the picture's centre.

import { UsageError } from '../runtime/errors.ts';
import { philox } from '../weights/philox.ts';
import { handsOf, type Point, type Stroke } from './digit_hands.ts';
import type { Pixels } from './pixels.ts';

const SIDE = 28;
const BOX = 20;
/** Straight pieces between two points of a stroke. */
const PIECES = 8;

/** A straight piece of a line, round at its ends; `radius` is half its width. In pixels. */
interface Piece {
  readonly from: Point;
  readonly to: Point;
  readonly radius: number;
}

/**
 * Draws a digit, 0 to 9. The seed chooses the hand and how it wrote this time: slant, width, pressure, tremor. The same
 * digit and seed give the same pixels everywhere. Throws UsageError.
 */
export function drawDigit(digit: number, seed: number): Pixels {
  if (!(Number.isInteger(digit) && digit >= 0 && digit <= 9))
    throw new UsageError('invalid_argument', `drawDigit: the digit must be 0 to 9 and is ${digit}`);
  if (!Number.isInteger(seed)) throw new UsageError('invalid_argument', `drawDigit: ${seed} is no whole number`);
  const pieces = inBox(write(digit, chance(digit, seed)));
  const [x, y] = centreOfMass(paint(pieces));
  const half = SIDE / 2;
  const grey = paint(moved(pieces, ([px, py]) => [px + half - x, py + half - y]));
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < data.length; i++) data[i] = Math.round(255 * grey[Math.floor(i / 3)]!);
  return { width: SIDE, height: SIDE, data };
}

/** Random numbers between two bounds, in the order they are asked for. */
function chance(digit: number, seed: number): (from: number, to: number) => number {
  let count = 0;
  let words: Uint32Array = new Uint32Array(4);
  return (from, to) => {
    if (count % 4 === 0) words = philox([count / 4, digit, 0, 0], [seed, Math.floor(seed / 2 ** 32)]);
    return from + ((to - from) * words[count++ % 4]!) / 2 ** 32;
  };
}

/** The digit as one person wrote it once. The unit is near its height. */
function write(digit: number, random: (from: number, to: number) => number): Piece[] {
  const hands = handsOf(digit);
  const strokes = hands[Math.floor(random(0, hands.length))]!;
  const [slant, turn, width] = [random(-0.06, 0.34), random(-0.1, 0.1), random(0.85, 1.25)];
  const pen = random(0.05, 0.088);
  const pressure = random(0, 0.22);
  const phase = random(0, 6);
  // Strokes that meet in a corner meet after the hand has trembled, too.
  const trembled = new Map<string, Point>();
  const tremble = ([x, y]: Point): Point => {
    const key = `${x} ${y}`;
    const found = trembled.get(key);
    if (found) return found;
    const [tx, ty] = [x + random(-0.033, 0.033), y + random(-0.033, 0.033)];
    const [sx, sy] = [tx * width + slant * (1 - ty), ty];
    const moved: Point = [sx * Math.cos(turn) - sy * Math.sin(turn), sx * Math.sin(turn) + sy * Math.cos(turn)];
    trembled.set(key, moved);
    return moved;
  };
  return strokes.flatMap((stroke) => {
    const line = curve(stroke.map(tremble));
    return line.slice(1).map((to, i) => {
      const along = (i + 0.5) / (line.length - 1);
      return { from: line[i]!, to, radius: pen * (1 + pressure * Math.sin(phase + 5 * along)) };
    });
  });
}

/** Catmull and Rom's curve through the points, as points that lie closer. */
function curve(points: Stroke): Point[] {
  const at = (i: number): Point => points[Math.min(points.length - 1, Math.max(0, i))]!;
  const line: Point[] = [at(0)];
  for (let i = 0; i < points.length - 1; i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let k = 1; k <= PIECES; k++) {
      const t = k / PIECES;
      const between = (axis: 0 | 1): number => {
        const [p, q, r, s] = [a[axis], b[axis], c[axis], d[axis]];
        return q + 0.5 * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
      };
      line.push([between(0), between(1)]);
    }
  }
  return line;
}

/** Scaled so that the ink just fits the box, which lies in the picture's middle. */
function inBox(pieces: readonly Piece[]): Piece[] {
  const reach = (axis: 0 | 1, sign: 1 | -1) =>
    Math.max(...pieces.flatMap(({ from, to, radius }) => [from, to].map((point) => sign * point[axis] + radius)));
  const [left, top] = [-reach(0, -1), -reach(1, -1)];
  const [width, height] = [reach(0, 1) - left, reach(1, 1) - top];
  const scale = BOX / Math.max(width, height);
  const half = SIDE / 2;
  const place = ([x, y]: Point): Point => [
    half + (x - left - width / 2) * scale,
    half + (y - top - height / 2) * scale,
  ];
  return moved(pieces, place).map((piece) => ({ ...piece, radius: piece.radius * scale }));
}

function moved(pieces: readonly Piece[], place: (point: Point) => Point): Piece[] {
  return pieces.map((piece) => ({ ...piece, from: place(piece.from), to: place(piece.to) }));
}

/** How much of each pixel is ink: the edge of a line is a pixel wide. */
function paint(pieces: readonly Piece[]): Float64Array {
  const grey = new Float64Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      let inside = -1;
      for (const piece of pieces) inside = Math.max(inside, piece.radius - distance(x + 0.5, y + 0.5, piece));
      grey[y * SIDE + x] = Math.min(1, Math.max(0, 0.5 + inside));
    }
  return grey;
}

function distance(x: number, y: number, { from: [x0, y0], to: [x1, y1] }: Piece): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const t = length > 0 ? Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / length)) : 0;
  const [ex, ey] = [x - x0 - t * dx, y - y0 - t * dy];
  return Math.sqrt(ex * ex + ey * ey);
}

function centreOfMass(grey: Float64Array): Point {
  let [mass, x, y] = [0, 0, 0];
  for (const [i, ink] of grey.entries()) {
    mass += ink;
    x += ink * ((i % SIDE) + 0.5);
    y += ink * (Math.floor(i / SIDE) + 0.5);
  }
  return [x / mass, y / mass];
}
