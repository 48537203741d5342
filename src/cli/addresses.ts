// Where published weights can be fetched, as addresses.

import { HOSTS } from '../weights/hub.ts';
import type { WeightsSource } from '../weights/manifest.ts';

type HuggingFace = Extract<WeightsSource, { kind: 'huggingface' }>;

/** The file itself. */
export function fileAddress(source: WeightsSource): string {
  if (source.kind === 'package') return 'comes with the package';
  if (source.kind === 'url') return source.url;
  if (source.kind === 'torchvision') return `${new URL(source.path, HOSTS.torchvision)}`;
  return `${new URL(`${source.repo}/resolve/main/${source.file}`, HOSTS.huggingface)}`;
}

/** The text that says what the file on Hugging Face is: its SHA-256 and its size. */
export function pointerAddress({ repo, file }: HuggingFace): URL {
  return new URL(`${repo}/raw/main/${file}`, HOSTS.huggingface);
}
