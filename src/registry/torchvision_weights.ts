// The weights entries of models published by torchvision, from the one row of figures in which they differ.

import type { WeightsEntry, WeightsSource } from '../weights/manifest.ts';

/** Entry id, torchvision's file and the same weights at timm (null: not there), top-1 and top-5 accuracy on ImageNet-1k, resize before the crop. */
export type PublishedRow = readonly [
  id: string,
  file: `${string}-${string}`,
  timm: string | null,
  top1: number,
  top5: number,
  resize: number,
  unusual?: Unusual,
];

/** In what a row differs from most: its crop, interpolation, colours or licence, or that it is the default though not last. */
interface Unusual extends Partial<Omit<WeightsEntry['preprocess'], 'resize'>> {
  readonly licence?: string;
  readonly default?: boolean;
}

/**
 * ImageNet-1k weights of one model in order of appearance; the last is the default unless another says so, as torchvision has
 * it. A file's name ends in the first digits of its SHA-256. Most take crops of 224 pixels, and ImageNet's mean and deviation.
 */
export function torchvisionWeights(...rows: readonly PublishedRow[]): WeightsEntry[] {
  const chosen = rows.findIndex(([, , , , , , unusual]) => unusual?.default);
  return rows.map(([id, file, timm, top1, top5, resize, unusual = {}], index) => {
    const { licence = 'BSD-3-Clause', default: _, ...transform } = unusual;
    return {
      id,
      default: index === (chosen < 0 ? rows.length - 1 : chosen),
      sources: [
        ...(timm === null ? [] : [{ kind: 'huggingface' as const, repo: `timm/${timm}`, file: 'model.safetensors' }]),
        { kind: 'torchvision', path: `models/${file}.pth`, sha256Prefix: file.slice(file.lastIndexOf('-') + 1) },
      ],
      preprocess: {
        resize,
        crop: 224,
        interpolation: 'bilinear',
        antialias: true,
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
        ...transform,
      },
      classes: 'imagenet1k',
      accuracy: { imagenet1k: { top1, top5 } },
      licence,
    };
  });
}

/** The entries with the rules by which the names in the files of a kind of source become the model's. */
export function withNaming(
  naming: Readonly<Partial<Record<WeightsSource['kind'], Pick<WeightsSource, 'drop' | 'rename' | 'reshape'>>>>,
  entries: readonly WeightsEntry[],
): WeightsEntry[] {
  return entries.map((entry) => ({
    ...entry,
    sources: entry.sources.map((source) => ({ ...source, ...naming[source.kind] })),
  }));
}
