// What GoogLeNet and Inception v3 share as torchvision has them: images normalised in one way and taken in another.

import * as z from 'zod/mini';
import { configured, type Heads, type ModelSpec } from '../registry/plugin.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import { affine } from './layers.ts';

const config = z.object({
  /** Whether the image comes normalised as for ImageNet and is to be brought to mean and deviation 0.5. */
  transformInput: z._default(z.boolean(), false),
});

/** What weights that were published want of the config. */
export const published = { config: { transformInput: true } } as const;

/** A model of this network, with the config `transformInput`. */
export function transforming(
  network: (net: Scope, image: Value, classes: number) => Heads,
): Pick<ModelSpec, 'build' | 'config'> {
  return configured(config, (net, image, { classes, transformInput }) =>
    network(net, transformInput ? renormalised(net.at('transform_input'), image) : image, classes),
  );
}

/** ((v - mean) / std) becomes (v - 0.5) / 0.5. */
function renormalised(scope: Scope, x: Value): Value {
  const scale = [0.229, 0.224, 0.225].map((std) => std / 0.5);
  return affine(scope, x, { scale, shift: [0.485, 0.456, 0.406].map((mean) => (mean - 0.5) / 0.5) });
}
