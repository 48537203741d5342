// What `--augment` names: steps of augmentation, alone or in sets that belong together.

import * as augment from '../data/augment.ts';
import { nearest } from '../registry/nearest.ts';
import { wrongUsage } from './arguments.ts';

const { affine, colorJitter, elastic, horizontalFlip, lighting, mixup } = augment;
const { randomCrop, randomErasing, randomResizedCrop } = augment;

/** In the order in which they are told. */
const steps: Readonly<Record<string, () => readonly augment.Augmentation[]>> = {
  // Handwriting slants, turns and stretches (Simard, Steinkraus, Platt 2003), and is never mirrored.
  digits: () => [affine({ degrees: 10, shift: 0.07, scale: [0.9, 1.1], shear: 8 }), elastic({ alpha: 20, sigma: 5 })],
  photos: () => [randomResizedCrop(), horizontalFlip()],
  cifar: () => [randomCrop({ padding: 4 }), horizontalFlip()],
  alexnet: () => [randomCrop(), horizontalFlip(), lighting()],
  crop: () => [randomCrop()],
  'resized-crop': () => [randomResizedCrop()],
  flip: () => [horizontalFlip()],
  'vertical-flip': () => [augment.verticalFlip()],
  'diagonal-flip': () => [augment.diagonalFlip()],
  rotate: () => [augment.rotation({ degrees: 15 })],
  affine: () => [affine({ degrees: 10, shift: 0.1, scale: [0.9, 1.1], shear: 5 })],
  elastic: () => [elastic()],
  jitter: () => [colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })],
  lighting: () => [lighting()],
  erase: () => [randomErasing()],
  mixup: () => [mixup()],
};

export const augmentationNames: readonly string[] = Object.keys(steps);

/** The steps of names with commas between them, in their order. Throws UsageError. */
export function augmentationsOf(names: string | undefined): readonly augment.Augmentation[] {
  if (names === undefined || names === 'none') return [];
  return names.split(',').flatMap((name) => {
    const make = Object.hasOwn(steps, name) ? steps[name] : undefined;
    if (make) return make();
    const [close] = nearest(name, augmentationNames);
    const hint = close ? `did you mean ${close}?` : `it takes ${augmentationNames.join(', ')}`;
    throw wrongUsage(`--augment: there is no '${name}'; ${hint}`);
  });
}
