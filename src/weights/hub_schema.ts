// `hub.json`, the index of a hub folder or static host.

import * as z from 'zod/mini';
import { whole } from '../runtime/whole_number.ts';
import { publishedFields, sha256Schema } from './manifest.ts';

export const hubIndexSchema = z.object({
  format: z.custom<1>((version) => version === 1, 'must be 1'),
  weights: z.array(
    z.object({
      ...publishedFields,
      model: z.string().check(z.minLength(1)),
      /** A path relative to hub.json; it may not climb out of the hub's folder. */
      file: z.string().check(z.minLength(1)),
      sha256: sha256Schema,
      bytes: whole(0),
      source: z.optional(z.string()),
    }),
  ),
});

export type HubIndex = z.infer<typeof hubIndexSchema>;
export type HubEntry = HubIndex['weights'][number];
