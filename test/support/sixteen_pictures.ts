// Sixteen raw pictures of three classes, for tests of batches: the same in Node, in browsers and in workers.
import {
  type Augmentation,
  colorJitter,
  elastic,
  horizontalFlip,
  mixup,
  randomCrop,
  rotation,
} from '../../src/data/augment.ts';
import type { Batch, BatchOptions } from '../../src/data/batches.ts';
import { batches } from '../../src/data/batches.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { imageList } from '../../src/data/image_list.ts';
import { fillPicture } from './fill.ts';

export const preprocess: BatchOptions['preprocess'] = {
  resize: 14,
  crop: 12,
  interpolation: 'bilinear',
  antialias: true,
  mean: [0.5, 0.4, 0.3],
  std: [0.2, 0.3, 0.4],
};

/** A step of each kind that draws, so that a difference in any of them shows. */
export const augment: readonly Augmentation[] = [
  randomCrop({ padding: 2 }),
  horizontalFlip(),
  rotation({ degrees: 15 }),
  elastic({ alpha: 3, sigma: 2 }),
  colorJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1 }),
  mixup({ p: 0.5 }),
];

export function sixteenPictures(): Promise<Dataset> {
  const list = Array.from({ length: 16 }, (_, i) => {
    const [width, height] = [14 + (i % 3), 15];
    return { image: { width, height, data: fillPicture(height, width, 3, `picture ${i}`) }, label: i % 3 };
  });
  return imageList(list);
}

/** All batches of an epoch. */
export async function collect(dataset: Dataset, options: Partial<BatchOptions> = {}): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batches(dataset, { batchSize: 4, preprocess, workers: 0, ...options })) found.push(batch);
  return found;
}
