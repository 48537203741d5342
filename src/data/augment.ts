// The ways to change training pictures, as plain data: each is drawn anew by seed, epoch and picture.
//
// Steps run in the order of the list. One of the two crops replaces the evaluation's centre crop: what stands before
// it sees the resized picture, what stands after it the crop. Without one, every step sees the centre crop.

import { UsageError } from '../runtime/errors.ts';

type Range = readonly [low: number, high: number];

/** A step of augmentation. Made by the functions of this file, which check it and fill in what is left out. */
export type Augmentation =
  | { readonly kind: 'randomResizedCrop'; readonly scale: Range; readonly ratio: Range }
  | { readonly kind: 'randomCrop'; readonly padding: number; readonly fill: number }
  | { readonly kind: 'flip'; readonly axis: 'horizontal' | 'vertical' | 'diagonal'; readonly p: number }
  | {
      readonly kind: 'affine';
      readonly degrees: Range;
      readonly shift: readonly [x: number, y: number];
      readonly scale: Range;
      readonly shear: readonly [x: Range, y: Range];
      readonly fill: number;
    }
  | { readonly kind: 'elastic'; readonly alpha: number; readonly sigma: number; readonly fill: number }
  | {
      readonly kind: 'colorJitter';
      readonly brightness: Range;
      readonly contrast: Range;
      readonly saturation: Range;
      readonly hue: Range;
    }
  | { readonly kind: 'lighting'; readonly sigma: number }
  | { readonly kind: 'erase'; readonly p: number; readonly scale: Range; readonly ratio: Range }
  | { readonly kind: 'mixup'; readonly alpha: number; readonly p: number };

type Options<Kind extends Augmentation['kind']> = Partial<Omit<Extract<Augmentation, { kind: Kind }>, 'kind'>>;

/**
 * A part of the picture of random area (a share of the whole) and shape (width over height), resized to the input:
 * GoogLeNet's training, torchvision's RandomResizedCrop. It has to be the first step. Default: scale [0.08, 1], ratio
 * [3/4, 4/3].
 */
export function randomResizedCrop({
  scale = [0.08, 1],
  ratio = [3 / 4, 4 / 3],
}: Options<'randomResizedCrop'> = {}): Augmentation {
  check('randomResizedCrop', 'scale', isRange(scale, 0, 1) && scale[1] > 0, 'low and high within 0 to 1', scale);
  check('randomResizedCrop', 'ratio', isRange(ratio, 0) && ratio[0] > 0, 'low and high above 0', ratio);
  return { kind: 'randomResizedCrop', scale, ratio };
}

/**
 * A crop of the input's size anywhere in the resized picture, which `padding` pixels of level `fill` (0 to 1)
 * surround: AlexNet's and, with padding 4, that of ResNet on CIFAR. Where the picture is smaller it lies anywhere in
 * the crop. Default: padding 0, fill 0.
 */
export function randomCrop({ padding = 0, fill = 0 }: Options<'randomCrop'> = {}): Augmentation {
  check('randomCrop', 'padding', Number.isInteger(padding) && padding >= 0, 'pixels', padding);
  check('randomCrop', 'fill', isWithin(fill, 0, 1), 'a level from 0 to 1', fill);
  return { kind: 'randomCrop', padding, fill };
}

/** Left for right, with probability `p` (0.5). */
export function horizontalFlip({ p = 0.5 }: { readonly p?: number } = {}): Augmentation {
  return flip('horizontal', p);
}

/** Top for bottom, with probability `p` (0.5). */
export function verticalFlip({ p = 0.5 }: { readonly p?: number } = {}): Augmentation {
  return flip('vertical', p);
}

/** Rows for columns, with probability `p` (0.5). */
export function diagonalFlip({ p = 0.5 }: { readonly p?: number } = {}): Augmentation {
  return flip('diagonal', p);
}

/**
 * A turn about the centre, bilinear, by -`degrees` to `degrees` or between the two; `fill` (0) is the level beyond
 * the edges.
 */
export function rotation({
  degrees,
  fill = 0,
}: {
  readonly degrees: number | Range;
  readonly fill?: number;
}): Augmentation {
  return affine({ degrees, fill });
}

/**
 * A turn (degrees), shift (each way at most this share of width and height), scale and shear (degrees) about the
 * centre in one bilinear reading: torchvision's RandomAffine, but shifts are not whole pixels. A number is the range
 * around 0 (shear: of x). Default: nothing of each; `fill` (0) is the level beyond the edges.
 */
export function affine({
  degrees = 0,
  shift = [0, 0],
  scale = [1, 1],
  shear = 0,
  fill = 0,
}: {
  readonly degrees?: number | Range;
  readonly shift?: number | readonly [x: number, y: number];
  readonly scale?: Range;
  readonly shear?: number | readonly [x: number | Range, y: number | Range];
  readonly fill?: number;
} = {}): Augmentation {
  const turn = around(degrees);
  const shifts = typeof shift === 'number' ? ([shift, shift] as const) : shift;
  const [x, y] = typeof shear === 'number' ? [shear, 0] : shear;
  const shears = [around(x), around(y)] as const;
  check('affine', 'degrees', isRange(turn), 'an angle or low and high', degrees);
  check(
    'affine',
    'shift',
    shifts.length === 2 && shifts.every((share) => isWithin(share, 0, 1)),
    'shares from 0 to 1',
    shift,
  );
  check('affine', 'scale', isRange(scale, 0) && scale[0] > 0, 'low and high above 0', scale);
  check(
    'affine',
    'shear',
    shears.every((range) => isRange(range, -89, 89)),
    'angles within -89 to 89',
    shear,
  );
  check('affine', 'fill', isWithin(fill, 0, 1), 'a level from 0 to 1', fill);
  return { kind: 'affine', degrees: turn, shift: shifts, scale, shear: shears, fill };
}

/**
 * Simard's elastic distortion, for handwriting: displacements of `alpha` (34) times noise smoothed over `sigma` (4)
 * pixels.
 */
export function elastic({ alpha = 34, sigma = 4, fill = 0 }: Options<'elastic'> = {}): Augmentation {
  check('elastic', 'alpha', isWithin(alpha, 0), 'pixels', alpha);
  check('elastic', 'sigma', isWithin(sigma, 0.1, 1000), 'pixels, at least 0.1', sigma);
  check('elastic', 'fill', isWithin(fill, 0, 1), 'a level from 0 to 1', fill);
  return { kind: 'elastic', alpha, sigma, fill };
}

/**
 * torchvision's ColorJitter, in float: factors of brightness, contrast and saturation, and a turn of hue, in random
 * order. A number x is the range 1 - x to 1 + x (not below 0), of hue -x to x (at most 0.5). Default: nothing of
 * each.
 */
export function colorJitter({
  brightness = 0,
  contrast = 0,
  saturation = 0,
  hue = 0,
}: {
  readonly brightness?: number | Range;
  readonly contrast?: number | Range;
  readonly saturation?: number | Range;
  readonly hue?: number | Range;
} = {}): Augmentation {
  const factors = (name: string, given: number | Range): Range => {
    const range = typeof given === 'number' ? ([Math.max(0, 1 - given), 1 + given] as const) : given;
    check(
      'colorJitter',
      name,
      isRange(range, 0) && !(typeof given === 'number' && given < 0),
      'a number or low and high from 0',
      given,
    );
    return range;
  };
  const turn = around(hue);
  check('colorJitter', 'hue', isRange(turn, -0.5, 0.5), 'a part of the circle, at most 0.5', hue);
  return {
    kind: 'colorJitter',
    brightness: factors('brightness', brightness),
    contrast: factors('contrast', contrast),
    saturation: factors('saturation', saturation),
    hue: turn,
  };
}

/** AlexNet's lighting: the principal components of ImageNet's colours, by normal numbers of deviation `sigma` (0.1). */
export function lighting({ sigma = 0.1 }: Options<'lighting'> = {}): Augmentation {
  check('lighting', 'sigma', isWithin(sigma, 0), 'a deviation from 0', sigma);
  return { kind: 'lighting', sigma };
}

/**
 * Random erasing (Zhong et al. 2017), torchvision's RandomErasing: a rectangle of a random share of the area and a
 * shape (height over width) becomes the mean colour, with probability `p`. Default: p 0.5, scale [0.02, 0.33], ratio
 * [0.3, 3.3].
 */
export function randomErasing({
  p = 0.5,
  scale = [0.02, 0.33],
  ratio = [0.3, 3.3],
}: Options<'erase'> = {}): Augmentation {
  check('randomErasing', 'p', isWithin(p, 0, 1), 'a probability', p);
  check('randomErasing', 'scale', isRange(scale, 0, 1), 'low and high within 0 to 1', scale);
  check('randomErasing', 'ratio', isRange(ratio, 0) && ratio[0] > 0, 'low and high above 0', ratio);
  return { kind: 'erase', p, scale, ratio };
}

/**
 * Mixup (Zhang et al. 2018) with probability `p` (1) a batch: every picture and its target are mixed with those of
 * the one before it in the batch (the first with the last), by one share of Beta(alpha, alpha); targets become
 * probabilities. Default: alpha 0.2.
 */
export function mixup({ alpha = 0.2, p = 1 }: Options<'mixup'> = {}): Augmentation {
  check('mixup', 'alpha', isWithin(alpha, 1e-3, 1e3), 'a number from 0.001 to 1000', alpha);
  check('mixup', 'p', isWithin(p, 0, 1), 'a probability', p);
  return { kind: 'mixup', alpha, p };
}

function flip(axis: 'horizontal' | 'vertical' | 'diagonal', p: number): Augmentation {
  check(`${axis}Flip`, 'p', isWithin(p, 0, 1), 'a probability', p);
  return { kind: 'flip', axis, p };
}

function around(given: number | Range): Range {
  return typeof given === 'number' ? [-Math.abs(given), Math.abs(given)] : given;
}

function isWithin(value: number, low: number, high = Number.MAX_VALUE): boolean {
  return typeof value === 'number' && value >= low && value <= high;
}

function isRange(range: Range, low = -Number.MAX_VALUE, high = Number.MAX_VALUE): boolean {
  const [from, to] = range;
  return range.length === 2 && isWithin(from, low, high) && isWithin(to, low, high) && from <= to;
}

function check(step: string, name: string, fits: boolean, expected: string, got: unknown): void {
  if (!fits)
    throw new UsageError('invalid_argument', `${step}: ${name}: ${expected} expected, got ${JSON.stringify(got)}`);
}
