// Whose files the cache holds: the published entries, by what is known of their files' SHA-256.

import { registry } from '../index.ts';
import type { Store } from '../weights/store.ts';
import { pointerAddress } from './addresses.ts';

/** `resnet18 IMAGENET1K_V1` for a SHA-256, or for the digits of one that are known; empty for what no model publishes. */
export type OwnerOf = (sha256: string) => string;

/** Hugging Face's files are known once they were asked for: `store` has the answers. */
export async function owners(store: Store): Promise<OwnerOf> {
  const known: { sha256: string; owner: string }[] = [];
  for (const model of registry.list())
    for (const { id, sources } of registry.info(model).weights)
      for (const source of sources) {
        const owner = `${model} ${id}`;
        if (source.kind === 'url') known.push({ sha256: source.sha256, owner });
        else if (source.kind === 'package') continue;
        else if (source.kind === 'torchvision') known.push({ sha256: source.sha256Prefix, owner });
        else {
          const [, sha256] =
            /^oid sha256:([0-9a-f]{64})$/m.exec((await store.record(`${pointerAddress(source)}`)) ?? '') ?? [];
          if (sha256) known.push({ sha256, owner });
        }
      }
  return (found) => known.find(({ sha256 }) => found.startsWith(sha256) || sha256.startsWith(found))?.owner ?? '';
}
