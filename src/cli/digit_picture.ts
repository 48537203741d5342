// Small grey pictures in the terminal, beside each other: in greys two pixels to a character, or in dots.

import type { Pixels } from '../image/pixels.ts';
import { ACROSS, braille, DOWN, dotAt } from './braille.ts';

const GAP = 2;

export interface Labelled {
  readonly pixels: Pixels;
  /** Lines below the picture. */
  readonly lines: readonly string[];
}

export interface PictureOptions {
  readonly width: number;
  /** In colours of 24 bits; else as dots. */
  readonly colour: boolean;
}

/** Lines of text: the pictures in rows that fit the width, each with its lines below. All pictures are of one size. */
export function pictureRows(pictures: readonly Labelled[], { width, colour }: PictureOptions): string[] {
  const [first] = pictures;
  if (!first) return [];
  // At half the size, where not all fit side by side at their own.
  const fits = pictures.length * (first.pixels.width + GAP) - GAP <= width;
  const draw = ({ pixels }: Labelled) => (colour ? halfBlocks(pixels, fits ? 1 : 2) : dots(pixels));
  const side = Math.ceil(first.pixels.width / (colour && fits ? 1 : 2));
  const most = Math.max(1, Math.floor((width + GAP) / (side + GAP)));
  const perRow = Math.ceil(pictures.length / Math.ceil(pictures.length / most));
  const rows = Array.from({ length: Math.ceil(pictures.length / perRow) }, (_, i) =>
    pictures.slice(i * perRow, (i + 1) * perRow),
  );
  const gap = ' '.repeat(GAP);
  return rows.flatMap((row) => {
    const drawn = row.map(draw);
    const picture = drawn[0]!.map((_, y) => drawn.map((lines) => lines[y]).join(gap));
    const below = row[0]!.lines.map((_, i) => row.map(({ lines }) => centred(lines[i] ?? '', side)).join(gap));
    return [...picture, ...below, ''].map((line) => line.trimEnd());
  });
}

function halfBlocks({ width, height, data }: Pixels, factor: number): string[] {
  const [across, down] = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const grey = (x: number, y: number): string => {
    let sum = 0;
    for (let dy = 0; dy < factor; dy++)
      for (let dx = 0; dx < factor; dx++) sum += data[3 * ((y * factor + dy) * width + x * factor + dx)] ?? 0;
    const level = Math.round(sum / factor ** 2);
    return `${level};${level};${level}`;
  };
  return Array.from({ length: Math.ceil(down / 2) }, (_, row) => {
    const cells = Array.from({ length: across }, (_, x) => {
      return `\u001b[38;2;${grey(x, 2 * row)};48;2;${grey(x, 2 * row + 1)}m▀`;
    });
    return `${cells.join('')}\u001b[39;49m`;
  });
}

/** Ink from this level on is a dot. */
const INK = 110;

function dots({ width, height, data }: Pixels): string[] {
  const cells = Array.from({ length: Math.ceil(height / DOWN) }, () =>
    Array<number>(Math.ceil(width / ACROSS)).fill(0),
  );
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (data[3 * (y * width + x)]! >= INK) cells[Math.floor(y / DOWN)]![Math.floor(x / ACROSS)]! |= dotAt(x, y);
  return cells.map((row) => row.map(braille).join(''));
}

function centred(text: string, width: number): string {
  const before = Math.max(0, Math.floor((width - text.length) / 2));
  return (' '.repeat(before) + text).padEnd(width);
}
