// What augmentation does to pictures: nothing where nothing is asked, torchvision's numbers where it is, and chances
// as they are named.
import { describe, expect, it } from 'vitest';
import {
  type Augmentation,
  affine,
  colorJitter,
  diagonalFlip,
  elastic,
  horizontalFlip,
  lighting,
  mixup,
  randomCrop,
  randomErasing,
  randomResizedCrop,
  rotation,
  verticalFlip,
} from '../../src/data/augment.ts';
import type { Canvas } from '../../src/data/canvas.ts';
import { addLighting, adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from '../../src/data/colour.ts';
import { resizedCropPart } from '../../src/data/crop.ts';
import { Draws } from '../../src/data/draws.ts';
import { elasticPositions } from '../../src/data/elastic.ts';
import { drawBeta, mix, softTargets } from '../../src/data/mixup.ts';
import { checkTransform, Transformer } from '../../src/data/transform.ts';
import { affinePositions, sample } from '../../src/data/warp.ts';
import { preprocess } from '../../src/image/preprocess.ts';
import type { Preprocess } from '../../src/image/preprocess_spec.ts';
import reference from '../fixtures/augment/torchvision.json' with { type: 'json' };
import { fillPicture } from '../support/fill.ts';

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const spec: Preprocess = { resize: 12, crop: 8, interpolation: 'bilinear', antialias: true, ...imagenet };
const picture = { width: 20, height: 15, data: fillPicture(15, 20, 3, 'augment') };

/** The picture in a batch of one. */
function augmented(augment: readonly Augmentation[], { seed = 1, epoch = 0, index = 0, preprocess = spec } = {}) {
  const out = new Float32Array(preprocess.mean.length * preprocess.crop ** 2);
  new Transformer({ preprocess, augment }).write(picture, new Draws(seed, epoch), index, out, 0);
  return out;
}

const plain = augmented([]);

describe('nothing asked is nothing done:', () => {
  const always = { p: 1 };
  const identities: Record<string, Augmentation[]> = {
    'rotation by 0': [rotation({ degrees: 0 })],
    'affine of nothing': [affine()],
    'jitter of 0': [colorJitter()],
    'elastic of 0': [elastic({ alpha: 0 })],
    'lighting of 0': [lighting({ sigma: 0 })],
    'flips that never come': [horizontalFlip({ p: 0 }), verticalFlip({ p: 0 }), diagonalFlip({ p: 0 })],
    'erasing that never comes': [randomErasing({ p: 0 })],
    'two horizontal flips': [horizontalFlip(always), horizontalFlip(always)],
    'two vertical flips': [verticalFlip(always), verticalFlip(always)],
    'two diagonal flips': [diagonalFlip(always), diagonalFlip(always)],
    'four quarter turns': Array.from({ length: 4 }, () => [diagonalFlip(always), verticalFlip(always)]).flat(),
    'mixup, which is the batch’s': [mixup()],
  };

  it.each(Object.entries(identities))('%s', (_, steps) => {
    expect(augmented(steps)).toEqual(plain);
  });

  it('no steps at all, which is evaluation’s preprocessing', () => {
    expect(plain).toEqual(preprocess(picture, spec).data);
  });
});

describe('against torchvision', () => {
  const { height, width } = reference;
  const colours: Canvas = {
    height,
    width,
    channels: 3,
    data: Float32Array.from(reference.levels, (level) => level / 255),
  };
  const copy = (from: Canvas): Canvas => ({ ...from, data: from.data.slice() });
  const adjust = {
    brightness: adjustBrightness,
    contrast: adjustContrast,
    saturation: adjustSaturation,
    hue: adjustHue,
  };
  // The levels and the results are rounded to float32, 2^-25 each; a factor and the slopes of HSV multiply the first
  // by at most 6.
  const bound = 8 * 2 ** -24;

  function expectClose(got: Float32Array, wanted: readonly number[]): void {
    expect(got.length).toBe(wanted.length);
    wanted.forEach((value, i) => {
      expect(Math.abs(got[i]! - value), `at ${i}`).toBeLessThanOrEqual(bound);
    });
  }

  it.each(reference.colour)('$adjust by $amount', ({ adjust: name, amount, result }) => {
    const canvas = copy(colours);
    adjust[name as keyof typeof adjust](canvas, amount);
    expectClose(canvas.data, result);
  });

  it.each(reference.grey)('$adjust of grey by $amount', ({ adjust: name, amount, result }) => {
    const canvas = { ...colours, channels: 1, data: colours.data.slice(0, height * width) };
    adjust[name as keyof typeof adjust](canvas, amount);
    expectClose(canvas.data, result);
  });

  it.each(reference.affine)('affine $degrees, $shift, $scale, $shear', ({ degrees, shift, scale, shear, result }) => {
    const map = { degrees, scale, shift: [shift[0]!, shift[1]!], shear: [shear[0]!, shear[1]!] } as const;
    expectClose(sample(colours, affinePositions(colours, map), 0).data, result);
  });
});

describe('geometry', () => {
  const numbers = (width: number, height: number): Canvas => ({
    width,
    height,
    channels: 1,
    data: Float32Array.from({ length: width * height }, (_, i) => i + 1),
  });

  it('turns clockwise, shifts to the right and down, and fills what comes in', () => {
    const map = { degrees: 0, shift: [0, 0], scale: 1, shear: [0, 0] } as const;
    const turned = sample(numbers(3, 3), affinePositions(numbers(3, 3), { ...map, degrees: 90 }), 0);
    expect([...turned.data]).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
    const shifted = sample(numbers(3, 2), affinePositions(numbers(3, 2), { ...map, shift: [1, 1] }), 9);
    expect([...shifted.data]).toEqual([9, 9, 9, 9, 1, 2]);
    const half = sample(numbers(2, 1), affinePositions(numbers(2, 1), { ...map, shift: [0.5, 0] }), 0);
    expect([...half.data]).toEqual([0.5, 1.5]);
  });

  it('flips about all three axes', () => {
    const once = { ...spec, resize: 8, mean: [0], std: [1], crop: 8 };
    const grey = augmented([], { preprocess: { ...once } });
    const at = (data: Float32Array, x: number, y: number) => data[y * 8 + x]!;
    for (const [step, from] of [
      [horizontalFlip, (x: number, y: number) => [7 - x, y]],
      [verticalFlip, (x: number, y: number) => [x, 7 - y]],
      [diagonalFlip, (x: number, y: number) => [y, x]],
    ] as const) {
      const flipped = augmented([step({ p: 1 })], { preprocess: once });
      for (let y = 0; y < 8; y++) {
        for (let x = 0; x < 8; x++) {
          const [sourceX, sourceY] = from(x, y);
          expect(at(flipped, x, y)).toBe(at(grey, sourceX!, sourceY!));
        }
      }
    }
  });

  it('of an elastic distortion is smooth, and as large as Simard says', () => {
    const canvas = numbers(28, 28);
    let [squares, jumps, count] = [0, 0, 0];
    for (let index = 0; index < 50; index++) {
      const { x } = elasticPositions(canvas, 34, 4, new Draws(3, 0).at(index, 0));
      for (let row = 10; row < 18; row++) {
        for (let column = 10; column < 18; column++, count++) {
          squares += (x[row * 28 + column]! - column) ** 2;
          jumps = Math.max(jumps, Math.abs(x[row * 28 + column + 1]! - x[row * 28 + column]! - 1));
        }
      }
    }
    // Uniform noise has variance 1/3; a Gaussian of sigma keeps 1 / (4 pi sigma^2) of it: 34 * 0.0407 = 1.38 pixels.
    // Fifty fields of a few independent values each: 15 % is more than three deviations.
    const expected = 34 * Math.sqrt(1 / 3 / (4 * Math.PI * 16));
    expect(Math.sqrt(squares / count) / expected).toBeGreaterThan(0.85);
    expect(Math.sqrt(squares / count) / expected).toBeLessThan(1.15);
    expect(jumps).toBeLessThan(2);
  });
});

describe('crops', () => {
  it('of equal size and no padding are the centre crop', () => {
    const square: Preprocess = { ...spec, resize: 8 };
    const wide = { width: 8, height: 8, data: fillPicture(8, 8, 3, 'square') };
    const out = new Float32Array(3 * 64);
    for (const augment of [[randomCrop()], [randomResizedCrop({ scale: [1, 1], ratio: [1, 1] })]]) {
      new Transformer({ preprocess: square, augment }).write(wide, new Draws(1, 0), 0, out, 0);
      expect(out).toEqual(preprocess(wide, square).data);
    }
  });

  it('lie anywhere in the padded picture, on bytes or floats alike', () => {
    const seen = new Set<string>();
    const few: Preprocess = { ...spec, resize: 6, crop: 6 };
    for (let index = 0; index < 200; index++) {
      const crop = randomCrop({ padding: 1 });
      const early = augmented([crop], { index, preprocess: few });
      seen.add(early.join());
      const out = new Float32Array(early.length);
      // The same crop behind a step that does nothing, with the numbers of step 0.
      new Transformer({ preprocess: few, augment: [crop, rotation({ degrees: 0 })] }).write(
        picture,
        new Draws(1, 0),
        index,
        out,
        0,
      );
      expect(out).toEqual(early);
    }
    // 20 x 15 becomes 8 x 6, padded 10 x 8: five places along, three down.
    expect(seen.size).toBe(15);
  });

  it('fill the padding, after steps that see the whole picture', () => {
    const seen = new Set<number>();
    const few: Preprocess = { ...spec, resize: 6, crop: 6, mean: [0], std: [1] };
    for (let index = 0; index < 100; index++) {
      const data = augmented([lighting({ sigma: 0 }), randomCrop({ padding: 6, fill: 0.5 })], {
        index,
        preprocess: few,
      });
      seen.add(data.filter((level) => level === 0.5).length);
    }
    expect(Math.max(...seen)).toBeGreaterThanOrEqual(30);
  });

  it('of random size keep to the area and shape that were asked for', () => {
    const wide = { width: 400, height: 300, data: new Uint8Array(0) };
    const step = randomResizedCrop({ scale: [0.2, 0.5], ratio: [0.5, 2] }) as Extract<
      Augmentation,
      { kind: 'randomResizedCrop' }
    >;
    let wider = 0;
    for (let index = 0; index < 500; index++) {
      const { left, top, width, height } = resizedCropPart(wide, step, new Draws(9, 0).at(index, 0));
      expect(left >= 0 && top >= 0 && left + width <= 400 && top + height <= 300).toBe(true);
      const share = (width * height) / 120_000;
      expect(share > 0.195 && share < 0.505).toBe(true);
      expect(width / height > 0.49 && width / height < 2.03).toBe(true);
      if (width > height) wider++;
    }
    expect(wider).toBeGreaterThan(200);
    // A shape that never fits falls back to the largest centre part of the nearest shape.
    const tall = { width: 10, height: 1000, data: new Uint8Array(0) };
    const part = resizedCropPart(
      tall,
      { kind: 'randomResizedCrop', scale: [0.9, 1], ratio: [0.75, 4 / 3] },
      new Draws(9, 0),
    );
    expect(part).toEqual({ left: 0, top: 493, width: 10, height: 13 });
  });
});

describe('randomness', () => {
  const steps = [
    randomCrop({ padding: 2 }),
    horizontalFlip(),
    rotation({ degrees: 20 }),
    colorJitter({ hue: 0.1, contrast: 0.3 }),
    elastic({ alpha: 5, sigma: 2 }),
    lighting(),
    randomErasing(),
  ];

  it('is by seed, epoch and picture, and by nothing else', () => {
    expect(augmented(steps)).toEqual(augmented(steps));
    for (const other of [{ seed: 2 }, { epoch: 1 }, { index: 1 }]) {
      expect(augmented(steps, other)).not.toEqual(augmented(steps));
    }
  });

  it('flips as often as asked', () => {
    let flips = 0;
    for (let index = 0; index < 1000; index++) if (new Draws(4, 0).at(index, 0).chance(0.3)) flips++;
    expect(Math.abs(flips - 300)).toBeLessThan(5 * Math.sqrt(1000 * 0.3 * 0.7));
  });

  it('draws normal numbers and Beta shares with their moments', () => {
    const draws = new Draws(5, 0);
    const count = 20_000;
    const moments = (draw: () => number) => {
      const values = Array.from({ length: count }, draw);
      const mean = values.reduce((sum, value) => sum + value, 0) / count;
      return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count };
    };
    const normal = moments(() => draws.normal());
    expect(Math.abs(normal.mean)).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(normal.variance - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    for (const alpha of [0.05, 0.2, 0.9, 1, 3]) {
      const { mean, variance } = moments(() => drawBeta(alpha, draws));
      const expected = 1 / (4 * (2 * alpha + 1));
      expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(expected / count));
      // A share lies within 1/2 of its mean, so that its square varies by at most 1/8.
      expect(Math.abs(variance - expected)).toBeLessThan(5 * (1 / 8 / Math.sqrt(count)));
    }
  });

  it('lights as AlexNet: along the components, the first one most', () => {
    const grey: Canvas = { width: 1, height: 1, channels: 3, data: new Float32Array(3) };
    addLighting(grey, [1, 0, 0]);
    expect([...grey.data]).toEqual([-0.5675 * 0.2175, -0.5808 * 0.2175, -0.5836 * 0.2175].map(Math.fround));
  });

  it('erases one rectangle with the mean, which is 0 once normalised', () => {
    let erased = 0;
    for (let index = 0; index < 100; index++) {
      const data = augmented([randomErasing({ p: 1, scale: [0.1, 0.3] })], { index });
      const zeros = data.subarray(0, 64).filter((value) => value === 0).length;
      if (zeros > 0) {
        erased++;
        expect(zeros / 64).toBeLessThan(0.45); // 0.3 of the area, rounded to whole pixels each way
      }
    }
    expect(erased).toBeGreaterThan(90);
  });
});

describe('mixup', () => {
  it('mixes every picture and target with the one before', () => {
    const images = Float32Array.of(1, 1, 2, 2, 4, 4);
    mix(images, 3, 0.75);
    expect([...images]).toEqual([1.75, 1.75, 1.75, 1.75, 3.5, 3.5]);
    expect([...softTargets([0, 2, 2], 3, 0.75)]).toEqual([0.75, 0, 0.25, 0.25, 0, 0.75, 0, 0, 1]);
  });
});

describe('what cannot be', () => {
  it('is refused by name', () => {
    const calls: [() => unknown, string][] = [
      [() => randomCrop({ padding: -1 }), 'randomCrop: padding: pixels expected, got -1'],
      [
        () => randomResizedCrop({ scale: [0.5, 0.2] }),
        'randomResizedCrop: scale: low and high within 0 to 1 expected, got [0.5,0.2]',
      ],
      [() => horizontalFlip({ p: 2 }), 'horizontalFlip: p: a probability expected, got 2'],
      [() => rotation({ degrees: Number.NaN }), 'affine: degrees: an angle or low and high expected, got null'],
      [() => affine({ shift: 2 }), 'affine: shift: shares from 0 to 1 expected, got 2'],
      [() => affine({ scale: [0, 1] }), 'affine: scale: low and high above 0 expected, got [0,1]'],
      [() => colorJitter({ hue: 0.6 }), 'colorJitter: hue: a part of the circle, at most 0.5 expected, got 0.6'],
      [
        () => colorJitter({ contrast: -0.1 }),
        'colorJitter: contrast: a number or low and high from 0 expected, got -0.1',
      ],
      [() => elastic({ sigma: 0 }), 'elastic: sigma: pixels, at least 0.1 expected, got 0'],
      [() => mixup({ alpha: 0 }), 'mixup: alpha: a number from 0.001 to 1000 expected, got 0'],
    ];
    for (const [call, message] of calls) expect(call).toThrow(message);
    const refused =
      (...augment: Augmentation[]) =>
      () =>
        checkTransform({ preprocess: spec, augment });
    expect(refused(randomCrop(), randomCrop())).toThrow('augment: one crop at most, got randomCrop and randomCrop');
    expect(refused(horizontalFlip(), randomResizedCrop())).toThrow('augment: randomResizedCrop has to come first');
    expect(refused(mixup(), mixup())).toThrow('augment: one mixup at most');
  });
});
