// Curves in the terminal: braille dots, eight to a character, or plain letters where the terminal has none.

import { ACROSS, braille, DOWN, dotAt } from './braille.ts';

export interface Curve {
  readonly name: string;
  /** One for every epoch; null where there is none. */
  readonly values: readonly (number | null)[];
}

export interface ChartOptions {
  /** Columns, labels included. */
  readonly width: number;
  /** Rows of the plot; an odd number has a middle. */
  readonly height?: number;
  /** No character beyond ASCII, and no colour. */
  readonly plain?: boolean;
  /** How the numbers beside the axis are written. */
  readonly label?: (value: number) => string;
}

/** SGR colours: blue and orange tell apart for every eye. */
const COLOURS = ['38;5;33', '38;5;208'] as const;
const LETTERS = ['o', '*'] as const;

interface Cell {
  bits: number;
  curve: number;
}

/** A title with a legend, the plot with its labels, and the epochs below; lines. Empty where there is nothing to show. */
export function chart(title: string, curves: readonly Curve[], options: ChartOptions): string[] {
  const { width, height = 9, plain = false, label = usualLabel } = options;
  const shown = curves.filter(({ values }) => values.some(isNumber));
  const all = shown.flatMap(({ values }) => values.filter(isNumber));
  if (all.length === 0) return [];
  const [low, high] = bounds(all);
  const labels = [high, (low + high) / 2, low].map(label);
  const margin = Math.max(...labels.map((text) => text.length));
  const columns = Math.max(8, width - margin - 2);

  const paint = (text: string, curve: number) =>
    plain ? text : `\u001b[${COLOURS[curve % COLOURS.length]}m${text}\u001b[39m`;
  const sign = (curve: number) => (plain ? LETTERS[curve % LETTERS.length]! : '━━');
  const letter = ({ bits, curve }: Cell) => (plain ? sign(curve) : braille(bits));
  const legend = shown.map(({ name }, curve) => `${paint(sign(curve), curve)} ${name}`);
  const [tick, wall, corner, floor] = plain ? ['+', '|', '+', '-'] : ['┤', '│', '└', '─'];
  const rows = plot(shown, [low, high], columns, height, plain).map((row, i) => {
    const text = labels[[0, (height - 1) / 2, height - 1].indexOf(i)] ?? '';
    let line = '';
    for (let from = 0, to: number; from < columns; from = to) {
      const curve = row[from]?.curve;
      for (to = from + 1; to < columns && row[to]?.curve === curve; ) to++;
      const run = row.slice(from, to).map((cell) => (cell ? letter(cell) : ' '));
      line += curve === undefined ? run.join('') : paint(run.join(''), curve);
    }
    return `${text.padStart(margin)} ${text ? tick : wall}${line}`.trimEnd();
  });

  const last = String(Math.max(...shown.map(({ values }) => values.length)));
  const word = 'epoch'.padStart(Math.floor(columns / 2) + 2).padEnd(columns - 1 - last.length);
  const scale = last === '1' ? 'epoch 1' : `1${word}${last}`;
  const indent = ' '.repeat(margin + 1);
  return [
    `${title}  ${legend.join('  ')}`,
    ...rows,
    `${indent}${corner}${floor.repeat(columns)}`,
    `${indent} ${scale}`,
  ];
}

/** Two blocks of lines, the second from column `at` on. */
export function beside(left: readonly string[], right: readonly string[], at: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => {
    const text = left[i] ?? '';
    const gap = Math.max(1, at - visible(text).length);
    return right[i] ? `${text}${' '.repeat(gap)}${right[i]}` : text;
  });
}

/** What a terminal shows of a text: all but the colours. */
export function visible(text: string): string {
  return text
    .split('\u001b')
    .map((part, i) => (i === 0 ? part : part.replace(/^\[[\d;]*m/, '')))
    .join('');
}

/** Which characters the curves run through, by rows. A later curve lies over an earlier one. */
function plot(
  curves: readonly Curve[],
  [low, high]: readonly [number, number],
  columns: number,
  height: number,
  plain: boolean,
): (Cell | null)[][] {
  const [across, down] = plain ? [1, 1] : [ACROSS, DOWN];
  const cells = Array.from({ length: height }, () => Array<Cell | null>(columns).fill(null));
  const epochs = Math.max(...curves.map(({ values }) => values.length));
  const xOf = (epoch: number) => Math.round((epoch * (columns * across - 1)) / Math.max(1, epochs - 1));
  const yOf = (value: number) => Math.round(((high - value) / (high - low)) * (height * down - 1));
  for (const [curve, { values }] of curves.entries()) {
    const points = [...values.entries()].flatMap(([epoch, value]) =>
      isNumber(value) ? [[xOf(epoch), yOf(value)] as const] : [],
    );
    for (const [i, point] of points.entries())
      for (const [x, y] of line(points[i - 1] ?? point, point)) {
        const cell = (cells[Math.floor(y / down)]![Math.floor(x / across)] ??= { bits: 0, curve });
        cell.bits |= dotAt(x, y);
        cell.curve = curve;
      }
  }
  return cells;
}

const isNumber = (value: number | null): value is number => value !== null && Number.isFinite(value);

/** A constant lies in the middle of its chart. */
function bounds(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (high > low) return [low, high];
  const half = Math.abs(low) / 2 || 0.5;
  return [low - half, high + half];
}

function usualLabel(value: number): string {
  const size = Math.abs(value);
  return size >= 1e5 || (size > 0 && size < 1e-3) ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

/** The dots of a straight line, ends included. */
function line([x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number]): [number, number][] {
  const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
  return Array.from({ length: steps + 1 }, (_, i) => [
    Math.round(x0 + ((x1 - x0) * i) / steps),
    Math.round(y0 + ((y1 - y0) * i) / steps),
  ]);
}
