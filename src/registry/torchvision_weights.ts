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
];

/**
 * ImageNet-1k weights of one model in order of appearance; the last is the default, as torchvision has it. A file's name
 * ends in the first digits of its SHA-256. All were trained with crops of 224 pixels and ImageNet's mean and deviation.
 */
export function torchvisionWeights(...rows: readonly PublishedRow[]): WeightsEntry[] {
  return rows.map(([id, file, timm, top1, top5, resize], index) => ({
    id,
    default: index === rows.length - 1,
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
    },
    classes: 'imagenet1k',
    accuracy: { imagenet1k: { top1, top5 } },
    licence: 'BSD-3-Clause',
  }));
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
