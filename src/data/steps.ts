// What each step of an augmentation does to a canvas.

import { exponential, logarithm } from '../weights/real_functions.ts';
import type { Augmentation } from './augment.ts';
import { blank, type Canvas } from './canvas.ts';
import { addLighting, adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from './colour.ts';
import { cropCanvas } from './crop.ts';
import type { Draws } from './draws.ts';
import { elasticPositions } from './elastic.ts';
import { affinePositions, sample } from './warp.ts';

type Step<Kind> = Extract<Augmentation, { kind: Kind }>;

/** Steps that change one picture; mixup needs the batch, and randomResizedCrop the picture before it is a canvas. */
export type CanvasStep = Exclude<Augmentation, { kind: 'mixup' | 'randomResizedCrop' }>;

/** What steps need to know of the network's input. */
export interface Input {
  readonly crop: number;
  readonly mean: readonly number[];
}

/** The canvas after a step: another one, or the same one written over. */
export function applyStep(canvas: Canvas, step: CanvasStep, input: Input, draws: Draws): Canvas {
  switch (step.kind) {
    case 'randomCrop':
      return cropCanvas(canvas, step, input.crop, draws);
    case 'flip':
      return draws.chance(step.p) ? flip(canvas, step.axis) : canvas;
    case 'affine':
      return move(canvas, step, draws);
    case 'elastic':
      return sample(canvas, elasticPositions(canvas, step.alpha, step.sigma, draws), step.fill);
    case 'colorJitter':
      jitter(canvas, step, draws);
      return canvas;
    case 'lighting':
      addLighting(canvas, [step.sigma * draws.normal(), step.sigma * draws.normal(), step.sigma * draws.normal()]);
      return canvas;
    case 'erase':
      if (draws.chance(step.p)) erase(canvas, step, input.mean, draws);
      return canvas;
  }
}

/** Mirrored along an axis; `diagonal` gives rows for columns. */
export function flip({ width, height, channels, data }: Canvas, axis: Step<'flip'>['axis']): Canvas {
  const to = axis === 'diagonal' ? blank(height, width, channels) : blank(width, height, channels);
  for (let channel = 0, i = 0; channel < channels; channel++) {
    const start = channel * width * height;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const across = y * width + (width - 1 - x);
        const down = (height - 1 - y) * width + x;
        to.data[start + (axis === 'horizontal' ? across : axis === 'vertical' ? down : x * height + y)] = data[i]!;
      }
    }
  }
  return to;
}

function move(canvas: Canvas, { degrees, shift, scale, shear, fill }: Step<'affine'>, draws: Draws): Canvas {
  const [x, y] = [shift[0] * canvas.width, shift[1] * canvas.height];
  const map = {
    degrees: draws.uniform(degrees),
    shift: [draws.uniform([-x, x]), draws.uniform([-y, y])],
    scale: draws.uniform(scale),
    shear: [draws.uniform(shear[0]), draws.uniform(shear[1])],
  } as const;
  return sample(canvas, affinePositions(canvas, map), fill);
}

function jitter(canvas: Canvas, { brightness, contrast, saturation, hue }: Step<'colorJitter'>, draws: Draws): void {
  const changes = [
    [adjustBrightness, brightness, 1],
    [adjustContrast, contrast, 1],
    [adjustSaturation, saturation, 1],
    [adjustHue, hue, 0],
  ] as const;
  const order = [0, 1, 2, 3];
  for (let last = 3; last > 0; last--) {
    const chosen = draws.integer(0, last);
    [order[last], order[chosen]] = [order[chosen]!, order[last]!];
  }
  for (const which of order) {
    const [adjust, range, nothing] = changes[which]!;
    const amount = draws.uniform(range);
    if (amount !== nothing) adjust(canvas, amount);
  }
}

/** torchvision's RandomErasing.get_params: ten attempts, then nothing. */
function erase(canvas: Canvas, { scale, ratio }: Step<'erase'>, mean: readonly number[], draws: Draws): void {
  const { width, height, channels, data } = canvas;
  const logRatio = [logarithm(ratio[0]), logarithm(ratio[1])] as const;
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * draws.uniform(scale);
    const shape = exponential(draws.uniform(logRatio));
    const [high, wide] = [Math.round(Math.sqrt(area * shape)), Math.round(Math.sqrt(area / shape))];
    if (high >= height || wide >= width) continue;
    const [top, left] = [draws.integer(0, height - high), draws.integer(0, width - wide)];
    for (let channel = 0; channel < channels; channel++) {
      for (let y = top; y < top + high; y++) {
        const start = (channel * height + y) * width + left;
        data.fill(mean[channel]!, start, start + wide);
      }
    }
    return;
  }
}
